// The words of messages that we write first, in the languages that we can write.
import type { OutreachKind } from '../../model/outreach.ts';

/** What a message is written about; an error that engineers know of is put in other words. */
export type OutreachReason = OutreachKind | 'known_error';

export type OutreachText = {
  subject: string;
  /** `{greeting}` and `{about}` are filled in for each customer; without the latter its brackets are left out, too. */
  body: string;
  /** `{link}` is filled in; left out where there is none. */
  link: string;
};

interface Language {
  stop: string;
  texts: Record<OutreachReason, OutreachText>;
}

export const LANGUAGES: Record<string, Language> = {
  en: {
    stop: 'If you would rather not get messages like this one, just answer “stop”.',
    texts: {
      payment_failed: {
        subject: 'Your payment did not go through',
        body: '{greeting}\n\nWe could not charge your last payment ({about}). Most often the card has expired, or the bank asks for a confirmation.\n\nCould you check your payment method, so that nothing is interrupted? If something is wrong with the invoice, just reply to this message and we will look into it.',
        link: 'You can check it here: {link}',
      },
      onboarding_stuck: {
        subject: 'Can we help you get started?',
        body: '{greeting}\n\nYou signed up a few days ago and seem to have stopped on the way ({about}). With the right hint that is usually a matter of minutes.\n\nWhat is holding you up? Reply with a sentence or two and we will help you along.',
        link: 'You can carry on here: {link}',
      },
      repeated_error: {
        subject: 'You ran into an error several times',
        body: '{greeting}\n\nWe noticed that you ran into the same error several times within a day ({about}). You should not have to report that to us first.\n\nWhat were you trying to do when it happened? A sentence is enough, and we will look for the cause.',
        link: 'What we know about it so far: {link}',
      },
      known_error: {
        subject: 'You ran into an error several times',
        body: '{greeting}\n\nWe noticed that you ran into the same error several times within a day ({about}). You do not need to report it: we know about this problem, and our engineers have been told of it.\n\nIf it keeps you from your work, just reply to this message.',
        link: 'What we know about it so far: {link}',
      },
      incident: {
        subject: 'A problem that affects you',
        body: '{greeting}\n\nA problem on our side affects your account at the moment ({about}). You do not need to do anything or report it.\n\nWe are working on it. If you have any questions, just reply to this message.',
        link: 'You can follow it here: {link}',
      },
      renewal_near: {
        subject: 'Before your contract renews',
        body: '{greeting}\n\nYour contract renews soon, and one of your requests is still open with us ({about}). We would like to have it settled before then.\n\nIs there anything else we should know or solve by then? Just reply to this message.',
        link: 'Your request is here: {link}',
      },
    },
  },
  de: {
    stop: 'Wenn Sie solche Nachrichten nicht möchten, antworten Sie einfach „stopp“.',
    texts: {
      payment_failed: {
        subject: 'Ihre Zahlung ist nicht durchgegangen',
        body: '{greeting}\n\nwir konnten Ihre letzte Zahlung nicht einziehen ({about}). Meist ist die Karte abgelaufen, oder die Bank möchte eine Bestätigung.\n\nKönnten Sie das Zahlungsmittel prüfen, damit nichts unterbrochen wird? Falls an der Rechnung etwas nicht stimmt, antworten Sie einfach auf diese Nachricht, dann sehen wir es uns an.',
        link: 'Prüfen können Sie es hier: {link}',
      },
      onboarding_stuck: {
        subject: 'Können wir beim Einstieg helfen?',
        body: '{greeting}\n\nSie haben sich vor ein paar Tagen angemeldet und sind anscheinend unterwegs stehen geblieben ({about}). Mit dem richtigen Hinweis ist das meist eine Sache von Minuten.\n\nWas hindert Sie? Antworten Sie in ein, zwei Sätzen auf diese Nachricht, dann helfen wir weiter.',
        link: 'Hier geht es weiter: {link}',
      },
      repeated_error: {
        subject: 'Bei Ihnen trat mehrmals ein Fehler auf',
        body: '{greeting}\n\nwir haben gesehen, dass bei Ihnen innerhalb eines Tages mehrmals derselbe Fehler auftrat ({about}). Das sollten Sie uns nicht erst melden müssen.\n\nWas wollten Sie gerade tun, als er auftrat? Ein Satz genügt, dann suchen wir die Ursache.',
        link: 'Was wir bisher darüber wissen: {link}',
      },
      known_error: {
        subject: 'Bei Ihnen trat mehrmals ein Fehler auf',
        body: '{greeting}\n\nwir haben gesehen, dass bei Ihnen innerhalb eines Tages mehrmals derselbe Fehler auftrat ({about}). Sie müssen ihn nicht melden: Das Problem ist uns bekannt, und unsere Entwickler wissen davon.\n\nFalls es Sie von der Arbeit abhält, antworten Sie einfach auf diese Nachricht.',
        link: 'Was wir bisher darüber wissen: {link}',
      },
      incident: {
        subject: 'Eine Störung, die Sie betrifft',
        body: '{greeting}\n\nzurzeit betrifft eine Störung bei uns auch Ihr Konto ({about}). Sie müssen nichts tun und nichts melden.\n\nWir arbeiten daran. Wenn Sie Fragen haben, antworten Sie einfach auf diese Nachricht.',
        link: 'Den Stand sehen Sie hier: {link}',
      },
      renewal_near: {
        subject: 'Bevor sich Ihr Vertrag verlängert',
        body: '{greeting}\n\nIhr Vertrag verlängert sich bald, und eines Ihrer Anliegen ist bei uns noch offen ({about}). Das möchten wir vorher erledigt haben.\n\nGibt es noch etwas, das wir bis dahin wissen oder lösen sollten? Antworten Sie einfach auf diese Nachricht.',
        link: 'Ihr Anliegen finden Sie hier: {link}',
      },
    },
  },
  fr: {
    stop: 'Si vous ne souhaitez pas recevoir ce genre de message, répondez simplement « stop ».',
    texts: {
      payment_failed: {
        subject: 'Votre paiement n’est pas passé',
        body: '{greeting}\n\nNous n’avons pas pu encaisser votre dernier paiement ({about}). Le plus souvent, la carte a expiré ou la banque demande une confirmation.\n\nPourriez-vous vérifier le moyen de paiement, afin que rien ne soit interrompu ? Si quelque chose ne va pas sur la facture, répondez simplement à ce message et nous regarderons.',
        link: 'Vous pouvez le vérifier ici : {link}',
      },
      onboarding_stuck: {
        subject: 'Pouvons-nous vous aider à démarrer ?',
        body: '{greeting}\n\nVous vous êtes inscrit il y a quelques jours et semblez vous être arrêté en chemin ({about}). Avec la bonne indication, c’est souvent l’affaire de quelques minutes.\n\nQu’est-ce qui vous bloque ? Répondez en une ou deux phrases et nous vous aiderons.',
        link: 'Pour continuer : {link}',
      },
      repeated_error: {
        subject: 'Vous avez rencontré plusieurs fois une erreur',
        body: '{greeting}\n\nNous avons vu que vous avez rencontré plusieurs fois la même erreur en une journée ({about}). Vous ne devriez pas avoir à nous la signaler.\n\nQue vouliez-vous faire à ce moment-là ? Une phrase suffit, et nous chercherons la cause.',
        link: 'Ce que nous en savons : {link}',
      },
      known_error: {
        subject: 'Vous avez rencontré plusieurs fois une erreur',
        body: '{greeting}\n\nNous avons vu que vous avez rencontré plusieurs fois la même erreur en une journée ({about}). Inutile de la signaler : nous connaissons ce problème et nos ingénieurs en sont informés.\n\nSi cela vous empêche de travailler, répondez simplement à ce message.',
        link: 'Ce que nous en savons : {link}',
      },
      incident: {
        subject: 'Un incident qui vous concerne',
        body: '{greeting}\n\nUn incident de notre côté touche actuellement votre compte ({about}). Vous n’avez rien à faire ni à signaler.\n\nNous y travaillons. Si vous avez des questions, répondez simplement à ce message.',
        link: 'Pour suivre la situation : {link}',
      },
      renewal_near: {
        subject: 'Avant le renouvellement de votre contrat',
        body: '{greeting}\n\nVotre contrat sera bientôt renouvelé, et l’une de vos demandes est encore ouverte chez nous ({about}). Nous aimerions la régler avant.\n\nY a-t-il autre chose que nous devrions savoir ou résoudre d’ici là ? Répondez simplement à ce message.',
        link: 'Votre demande : {link}',
      },
    },
  },
  es: {
    stop: 'Si prefiere no recibir mensajes como este, responda simplemente «stop».',
    texts: {
      payment_failed: {
        subject: 'Su pago no se ha podido realizar',
        body: '{greeting}\n\nNo hemos podido cobrar su último pago ({about}). Lo más frecuente es que la tarjeta haya caducado o que el banco pida una confirmación.\n\n¿Podría revisar el medio de pago, para que no se interrumpa nada? Si algo de la factura no es correcto, responda a este mensaje y lo miraremos.',
        link: 'Puede revisarlo aquí: {link}',
      },
      onboarding_stuck: {
        subject: '¿Le ayudamos a empezar?',
        body: '{greeting}\n\nSe registró hace unos días y parece que se quedó a medio camino ({about}). Con la indicación correcta suele ser cosa de minutos.\n\n¿Qué se lo impide? Responda con una o dos frases y le ayudamos a seguir.',
        link: 'Puede seguir aquí: {link}',
      },
      repeated_error: {
        subject: 'Ha encontrado varias veces un error',
        body: '{greeting}\n\nHemos visto que ha encontrado varias veces el mismo error en un día ({about}). No debería tener que avisarnos primero.\n\n¿Qué quería hacer cuando ocurrió? Con una frase basta, y buscaremos la causa.',
        link: 'Lo que sabemos hasta ahora: {link}',
      },
      known_error: {
        subject: 'Ha encontrado varias veces un error',
        body: '{greeting}\n\nHemos visto que ha encontrado varias veces el mismo error en un día ({about}). No hace falta que nos avise: conocemos este problema y nuestros ingenieros están informados.\n\nSi le impide trabajar, responda a este mensaje.',
        link: 'Lo que sabemos hasta ahora: {link}',
      },
      incident: {
        subject: 'Una incidencia que le afecta',
        body: '{greeting}\n\nEn este momento una incidencia nuestra afecta a su cuenta ({about}). No tiene que hacer ni comunicar nada.\n\nEstamos trabajando en ello. Si tiene alguna pregunta, responda a este mensaje.',
        link: 'Puede seguir el estado aquí: {link}',
      },
      renewal_near: {
        subject: 'Antes de renovar su contrato',
        body: '{greeting}\n\nSu contrato se renueva pronto y una de sus solicitudes sigue abierta ({about}). Nos gustaría resolverla antes.\n\n¿Hay algo más que debamos saber o resolver hasta entonces? Responda simplemente a este mensaje.',
        link: 'Su solicitud está aquí: {link}',
      },
    },
  },
  it: {
    stop: 'Se preferisce non ricevere messaggi come questo, risponda semplicemente «stop».',
    texts: {
      payment_failed: {
        subject: 'Il suo pagamento non è andato a buon fine',
        body: '{greeting}\n\nnon siamo riusciti ad addebitare il suo ultimo pagamento ({about}). Di solito la carta è scaduta oppure la banca chiede una conferma.\n\nPotrebbe controllare il metodo di pagamento, perché nulla venga interrotto? Se qualcosa nella fattura non è corretto, risponda a questo messaggio e lo guarderemo.',
        link: 'Può controllarlo qui: {link}',
      },
      onboarding_stuck: {
        subject: 'Possiamo aiutarla a iniziare?',
        body: '{greeting}\n\nsi è iscritto alcuni giorni fa e sembra essersi fermato lungo la strada ({about}). Con l’indicazione giusta di solito è questione di minuti.\n\nChe cosa la blocca? Risponda con una o due frasi e la aiuteremo.',
        link: 'Può proseguire qui: {link}',
      },
      repeated_error: {
        subject: 'Ha incontrato più volte un errore',
        body: '{greeting}\n\nabbiamo visto che in un giorno ha incontrato più volte lo stesso errore ({about}). Non dovrebbe essere lei a segnalarcelo.\n\nChe cosa voleva fare quando è comparso? Basta una frase, e cercheremo la causa.',
        link: 'Che cosa ne sappiamo finora: {link}',
      },
      known_error: {
        subject: 'Ha incontrato più volte un errore',
        body: '{greeting}\n\nabbiamo visto che in un giorno ha incontrato più volte lo stesso errore ({about}). Non serve segnalarlo: conosciamo questo problema e i nostri tecnici ne sono informati.\n\nSe le impedisce di lavorare, risponda a questo messaggio.',
        link: 'Che cosa ne sappiamo finora: {link}',
      },
      incident: {
        subject: 'Un problema che la riguarda',
        body: '{greeting}\n\nun problema da parte nostra riguarda in questo momento il suo account ({about}). Non deve fare né segnalare nulla.\n\nCi stiamo lavorando. Se ha domande, risponda a questo messaggio.',
        link: 'Può seguire la situazione qui: {link}',
      },
      renewal_near: {
        subject: 'Prima del rinnovo del suo contratto',
        body: '{greeting}\n\nil suo contratto si rinnova a breve e una delle sue richieste è ancora aperta ({about}). Vorremmo risolverla prima.\n\nC’è altro che dovremmo sapere o risolvere entro allora? Risponda a questo messaggio.',
        link: 'La sua richiesta è qui: {link}',
      },
    },
  },
  pt: {
    stop: 'Se preferir não receber mensagens como esta, responda simplesmente «stop».',
    texts: {
      payment_failed: {
        subject: 'O seu pagamento não foi efetuado',
        body: '{greeting}\n\nNão conseguimos cobrar o seu último pagamento ({about}). Na maioria das vezes o cartão expirou ou o banco pede uma confirmação.\n\nPode verificar o método de pagamento, para que nada seja interrompido? Se algo na fatura não estiver certo, responda a esta mensagem e vamos verificar.',
        link: 'Pode verificá-lo aqui: {link}',
      },
      onboarding_stuck: {
        subject: 'Podemos ajudar a começar?',
        body: '{greeting}\n\nRegistou-se há alguns dias e parece ter ficado a meio do caminho ({about}). Com a indicação certa é normalmente uma questão de minutos.\n\nO que o impede de avançar? Responda com uma ou duas frases e ajudamos.',
        link: 'Pode continuar aqui: {link}',
      },
      repeated_error: {
        subject: 'Encontrou várias vezes um erro',
        body: '{greeting}\n\nReparámos que encontrou várias vezes o mesmo erro num dia ({about}). Não devia ter de ser o primeiro a avisar-nos.\n\nO que estava a tentar fazer quando aconteceu? Basta uma frase, e procuraremos a causa.',
        link: 'O que sabemos até agora: {link}',
      },
      known_error: {
        subject: 'Encontrou várias vezes um erro',
        body: '{greeting}\n\nReparámos que encontrou várias vezes o mesmo erro num dia ({about}). Não precisa de o comunicar: conhecemos este problema e os nossos engenheiros foram informados.\n\nSe isso o impede de trabalhar, responda a esta mensagem.',
        link: 'O que sabemos até agora: {link}',
      },
      incident: {
        subject: 'Um problema que o afeta',
        body: '{greeting}\n\nUm problema do nosso lado afeta neste momento a sua conta ({about}). Não precisa de fazer nem de comunicar nada.\n\nEstamos a trabalhar nisso. Se tiver perguntas, responda a esta mensagem.',
        link: 'Pode acompanhar a situação aqui: {link}',
      },
      renewal_near: {
        subject: 'Antes da renovação do seu contrato',
        body: '{greeting}\n\nO seu contrato renova-se em breve e um dos seus pedidos ainda está em aberto ({about}). Gostaríamos de o resolver antes.\n\nHá mais alguma coisa que devamos saber ou resolver até lá? Responda a esta mensagem.',
        link: 'O seu pedido está aqui: {link}',
      },
    },
  },
  nl: {
    stop: 'Wilt u zulke berichten liever niet ontvangen, antwoord dan gewoon “stop”.',
    texts: {
      payment_failed: {
        subject: 'Uw betaling is niet gelukt',
        body: '{greeting}\n\nWe konden uw laatste betaling niet afschrijven ({about}). Meestal is de kaart verlopen of vraagt de bank om een bevestiging.\n\nKunt u uw betaalmethode controleren, zodat er niets wordt onderbroken? Klopt er iets niet aan de factuur, antwoord dan op dit bericht en we kijken ernaar.',
        link: 'U kunt het hier controleren: {link}',
      },
      onboarding_stuck: {
        subject: 'Kunnen we u op weg helpen?',
        body: '{greeting}\n\nU hebt zich een paar dagen geleden aangemeld en lijkt onderweg te zijn gestopt ({about}). Met de juiste aanwijzing is het meestal een kwestie van minuten.\n\nWat houdt u tegen? Antwoord met een of twee zinnen en we helpen u verder.',
        link: 'U kunt hier verdergaan: {link}',
      },
      repeated_error: {
        subject: 'U kreeg meermaals een fout',
        body: '{greeting}\n\nWe zagen dat u binnen een dag meermaals dezelfde fout kreeg ({about}). U zou dat niet eerst aan ons hoeven te melden.\n\nWat wilde u doen toen het gebeurde? Eén zin is genoeg, en we zoeken de oorzaak.',
        link: 'Wat we er tot nu toe van weten: {link}',
      },
      known_error: {
        subject: 'U kreeg meermaals een fout',
        body: '{greeting}\n\nWe zagen dat u binnen een dag meermaals dezelfde fout kreeg ({about}). U hoeft het niet te melden: we kennen dit probleem en onze ontwikkelaars zijn op de hoogte.\n\nHoudt het u van uw werk, antwoord dan gewoon op dit bericht.',
        link: 'Wat we er tot nu toe van weten: {link}',
      },
      incident: {
        subject: 'Een storing die u treft',
        body: '{greeting}\n\nEen storing aan onze kant treft op dit moment uw account ({about}). U hoeft niets te doen of te melden.\n\nWe werken eraan. Hebt u vragen, antwoord dan gewoon op dit bericht.',
        link: 'U kunt het hier volgen: {link}',
      },
      renewal_near: {
        subject: 'Voordat uw contract wordt verlengd',
        body: '{greeting}\n\nUw contract wordt binnenkort verlengd en een van uw vragen staat bij ons nog open ({about}). Die willen we graag voor die tijd oplossen.\n\nIs er nog iets dat we tegen die tijd moeten weten of oplossen? Antwoord gewoon op dit bericht.',
        link: 'Uw vraag staat hier: {link}',
      },
    },
  },
};
