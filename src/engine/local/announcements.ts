// Messages about a known problem, in the languages we can write: it is fixed, and we know of it.
import { firstName, type Phrases, phrasesIn } from './phrases.ts';

/** `{greeting}` and `{about}` are filled in for each customer. */
interface Announcement {
  /** Where replies have none in this language. */
  greeting?: Phrases['greeting'];
  fixed: string;
  /** On the engineers' list, and corrected there: who says so writes again, since the issue tells when. */
  known: string;
  merged: string;
  /** Not on a list that would tell us when it is fixed: nothing is promised. */
  looking: string;
}
export type AnnouncementKind = Exclude<keyof Announcement, 'greeting'>;

const greet = (hello: string, none: string, end: string) => (name: string | null) =>
  name ? `${hello} ${name}${end}` : `${none}${end}`;

const TEXTS: Record<string, Announcement> = {
  en: {
    fixed:
      '{greeting}\n\nYou told us about this: “{about}”. It is fixed now.\n\nCould you try it again? If it still happens, just answer this message and we will look at it at once.',
    known:
      '{greeting}\n\nThank you for telling us. We know about this problem; other customers see it, too, and our engineers have it on their list.\n\nWe will write to you as soon as it is fixed.',
    merged:
      '{greeting}\n\nThank you for telling us. We know about this problem: our engineers have corrected it, and the correction is on its way to you with one of the next releases.\n\nWe will write to you as soon as it is there.',
    looking:
      '{greeting}\n\nThank you for telling us. We know about this problem: other customers have reported it, too, and we are looking into it.\n\nIf there is anything else that could help us find the cause, just reply to this message.',
  },
  de: {
    fixed:
      '{greeting}\n\nSie hatten uns das gemeldet: „{about}“. Der Fehler ist jetzt behoben.\n\nKönnten Sie es noch einmal versuchen? Falls es immer noch auftritt, antworten Sie einfach auf diese Nachricht, dann sehen wir es uns sofort an.',
    known:
      '{greeting}\n\nvielen Dank für Ihre Meldung. Das Problem ist uns bekannt; auch andere Kunden sehen es, und unsere Entwickler haben es auf ihrer Liste.\n\nWir schreiben Ihnen, sobald es behoben ist.',
    merged:
      '{greeting}\n\nvielen Dank für Ihre Meldung. Das Problem ist uns bekannt: Unsere Entwickler haben es korrigiert, und die Korrektur kommt mit einer der nächsten Versionen zu Ihnen.\n\nWir schreiben Ihnen, sobald sie da ist.',
    looking:
      '{greeting}\n\nvielen Dank für Ihre Meldung. Das Problem ist uns bekannt: Auch andere Kunden haben es gemeldet, und wir sehen es uns an.\n\nWenn Ihnen noch etwas auffällt, das bei der Suche nach der Ursache hilft, antworten Sie einfach auf diese Nachricht.',
  },
  fr: {
    fixed:
      '{greeting}\n\nVous nous aviez signalé ceci : « {about} ». Le problème est maintenant corrigé.\n\nPourriez-vous réessayer ? Si cela se produit encore, répondez simplement à ce message et nous regarderons aussitôt.',
    known:
      '{greeting}\n\nMerci de nous l’avoir signalé. Nous connaissons ce problème : d’autres clients le rencontrent aussi et nos ingénieurs l’ont sur leur liste.\n\nNous vous écrirons dès qu’il sera corrigé.',
    merged:
      '{greeting}\n\nMerci de nous l’avoir signalé. Nous connaissons ce problème : nos ingénieurs l’ont corrigé et la correction arrivera chez vous avec l’une des prochaines versions.\n\nNous vous écrirons dès qu’elle sera là.',
    looking:
      '{greeting}\n\nMerci de nous l’avoir signalé. Nous connaissons ce problème : d’autres clients l’ont signalé aussi et nous l’examinons.\n\nSi autre chose peut nous aider à en trouver la cause, répondez simplement à ce message.',
  },
  es: {
    fixed:
      '{greeting}\n\nNos había avisado de esto: «{about}». Ya está resuelto.\n\n¿Podría probarlo otra vez? Si sigue ocurriendo, responda a este mensaje y lo miraremos enseguida.',
    known:
      '{greeting}\n\nGracias por avisarnos. Conocemos este problema: otros clientes también lo ven y nuestros ingenieros lo tienen en su lista.\n\nLe escribiremos en cuanto esté resuelto.',
    merged:
      '{greeting}\n\nGracias por avisarnos. Conocemos este problema: nuestros ingenieros lo han corregido y la corrección le llegará con una de las próximas versiones.\n\nLe escribiremos en cuanto llegue.',
    looking:
      '{greeting}\n\nGracias por avisarnos. Conocemos este problema: otros clientes también lo han comunicado y lo estamos investigando.\n\nSi hay algo más que pueda ayudarnos a encontrar la causa, responda a este mensaje.',
  },
  it: {
    greeting: greet('Ciao', 'Buongiorno', ','),
    fixed:
      '{greeting}\n\nci aveva segnalato questo: «{about}». Il problema è stato risolto.\n\nPotrebbe riprovare? Se succede ancora, risponda a questo messaggio e lo guarderemo subito.',
    known:
      '{greeting}\n\ngrazie della segnalazione. Conosciamo questo problema: lo vedono anche altri clienti e i nostri tecnici lo hanno in lista.\n\nLe scriveremo appena sarà risolto.',
    merged:
      '{greeting}\n\ngrazie della segnalazione. Conosciamo questo problema: i nostri tecnici lo hanno corretto e la correzione arriverà con una delle prossime versioni.\n\nLe scriveremo appena sarà disponibile.',
    looking:
      '{greeting}\n\ngrazie della segnalazione. Conosciamo questo problema: lo hanno segnalato anche altri clienti e lo stiamo esaminando.\n\nSe c’è altro che può aiutarci a trovare la causa, risponda a questo messaggio.',
  },
  pt: {
    greeting: greet('Olá,', 'Olá', '!'),
    fixed:
      '{greeting}\n\nTinha-nos comunicado isto: «{about}». Já está resolvido.\n\nPode tentar novamente? Se ainda acontecer, responda a esta mensagem e vemos de imediato.',
    known:
      '{greeting}\n\nObrigado por nos avisar. Conhecemos este problema: outros clientes também o veem e os nossos engenheiros têm-no na lista.\n\nEscrevemos-lhe assim que estiver resolvido.',
    merged:
      '{greeting}\n\nObrigado por nos avisar. Conhecemos este problema: os nossos engenheiros corrigiram-no e a correção chegará com uma das próximas versões.\n\nEscrevemos-lhe assim que estiver disponível.',
    looking:
      '{greeting}\n\nObrigado por nos avisar. Conhecemos este problema: outros clientes também o comunicaram e estamos a analisá-lo.\n\nSe houver mais alguma coisa que nos ajude a encontrar a causa, responda a esta mensagem.',
  },
  nl: {
    greeting: greet('Hallo', 'Goedendag', ','),
    fixed:
      '{greeting}\n\nU had ons dit gemeld: “{about}”. Het is nu opgelost.\n\nKunt u het nog eens proberen? Als het nog steeds gebeurt, antwoord dan gewoon op dit bericht en we kijken er meteen naar.',
    known:
      '{greeting}\n\nBedankt voor uw melding. We kennen dit probleem: andere klanten zien het ook en onze ontwikkelaars hebben het op hun lijst.\n\nWe schrijven u zodra het is opgelost.',
    merged:
      '{greeting}\n\nBedankt voor uw melding. We kennen dit probleem: onze ontwikkelaars hebben het verholpen en de oplossing komt met een van de volgende versies naar u toe.\n\nWe schrijven u zodra die er is.',
    looking:
      '{greeting}\n\nBedankt voor uw melding. We kennen dit probleem: andere klanten hebben het ook gemeld en we zoeken het uit.\n\nAls er nog iets is dat ons kan helpen de oorzaak te vinden, antwoord dan gewoon op dit bericht.',
  },
};

/** What we would write about a problem, with places for greeting and subject; null in languages that we have no words in. */
export function announcement(kind: AnnouncementKind, language: string): string | null {
  return TEXTS[language]?.[kind] ?? null;
}

/** Such a text for one customer, signed; `({about})` goes where there is nothing to say. Every other brace stays as it is. */
export function addressed(
  text: string,
  to: { language: string; name: string | null; about: string; signature: string },
): string {
  const { greeting = phrasesIn(to.language).greeting } = TEXTS[to.language] ?? {};
  const values: Record<string, string> = { greeting: greeting(firstName(to.name)), about: to.about };
  const told = to.about ? text : text.replaceAll(' ({about})', '');
  const body = told.replace(/\{(greeting|about)\}/g, (place, name: string) => values[name] ?? place);
  return [body.trim(), to.signature.trim()].filter(Boolean).join('\n\n');
}
