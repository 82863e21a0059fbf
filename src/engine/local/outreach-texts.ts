// What we write to customers first, by reason, in the languages that we can write.
import type { Usage } from '../../model/customer.ts';
import type { OutreachKind } from '../../model/outreach.ts';
import { cleanLine } from '../../model/text.ts';

type Text = {
  subject: string;
  /** `{greeting}` and `{about}` are filled in for each customer; without the latter its brackets are left out, too. */
  body: string;
  /** `{link}` is filled in; left out where there is none. */
  link: string;
};

/** A message by its parts. */
export type OutreachWords = Text & {
  /** How to get no more of them. */
  stop: string;
};

interface Language {
  stop: string;
  texts: Record<OutreachKind, Text>;
}

const LANGUAGES: Record<string, Language> = {
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
};

/** ISO 639-1 of a customer's language; English when nothing is known. */
export function languageCode(language: string | null): string {
  const code = language?.slice(0, 2).toLowerCase() ?? '';
  return /^[a-z]{2}$/.test(code) ? code : 'en';
}

/** What we write first for this reason; null in languages that we have no words in. */
export function outreachWords(kind: OutreachKind, language: string): OutreachWords | null {
  const of = LANGUAGES[language];
  return of ? { ...of.texts[kind], stop: of.stop } : null;
}

/** The text of a message, with places for greeting and subject matter. Only links over https are taken. */
export function outreachText({ body, link, stop }: OutreachWords, { url }: Usage): string {
  const linked = typeof url === 'string' && isHttps(url) ? link.replace('{link}', () => url) : '';
  return [body, linked, stop].filter(Boolean).join('\n\n');
}

function isHttps(url: string): boolean {
  return URL.canParse(url) && new URL(url).protocol === 'https:';
}

const LONGEST = 160;
const word = (value: Usage[string] | undefined) =>
  typeof value === 'string' || typeof value === 'number' ? cleanLine(String(value), LONGEST) : '';

/** What stands for `{about}`: the invoice and its amount, the error, the incident; in one line, empty where nothing is told. */
export function outreachAbout(kind: OutreachKind, language: string, data: Usage): string {
  switch (kind) {
    case 'payment_failed':
      return [word(data.number), money(data, language)].filter(Boolean).join(', ');
    case 'onboarding_stuck':
      // Programs call their steps like `invite_team`.
      return word(data.step).replaceAll('_', ' ');
    case 'repeated_error':
      return [word(data.code), word(data.title)].filter(Boolean).join(': ');
    case 'incident':
      return word(data.title);
    case 'renewal_near':
      return word(data.problem);
  }
}

/** `49,00 €`; empty when the event names no amount. */
export function money(data: Usage, language: string): string {
  const { amount, currency } = data;
  if (typeof amount !== 'number') return '';
  try {
    return new Intl.NumberFormat(language, {
      style: 'currency',
      currency: String(currency ?? ''),
    }).format(amount);
  } catch {
    return String(amount);
  }
}
