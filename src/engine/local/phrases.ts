// The few sentences of a reply that no article holds, by language; and how replies are put together.

export interface Phrases {
  greeting(firstName: string | null): string;
  /** The same, formal. */
  formal(firstName: string | null): string;
  steps: string;
  tip: string;
  otherwise: string;
  more(url: string): string;
  /** The line above the name. */
  signOff: string;
  /** What a draft is made warmer with, before and after the answer. */
  thanks: string;
  welcome: string;
  apology: string;
  /** Offers one, and promises no time. */
  call: string;
}

export const ENGLISH: Phrases = {
  greeting: (name) => (name ? `Hi ${name},` : 'Hello,'),
  formal: (name) => (name ? `Dear ${name},` : 'Dear customer,'),
  steps: "Here's how:",
  tip: 'Good to know:',
  otherwise: 'If that does not work:',
  more: (url) => `More on this: ${url}`,
  signOff: 'Best regards,',
  thanks: 'Thank you for getting in touch about this.',
  welcome: 'If anything is unclear, just reply to this message and we will gladly help.',
  apology: 'I am sorry for the trouble this has caused you.',
  call: 'If you would rather talk it through, tell me when it suits you and a colleague will look at arranging a call.',
};

/** Languages a reply can be composed in when an article is translated. */
export const PHRASES: Record<string, Phrases> = {
  en: ENGLISH,
  de: {
    greeting: (name) => (name ? `Hallo ${name},` : 'Guten Tag,'),
    formal: (name) => (name ? `Guten Tag ${name},` : 'Guten Tag,'),
    steps: 'So geht es:',
    tip: 'Gut zu wissen:',
    otherwise: 'Falls das nicht hilft:',
    more: (url) => `Mehr dazu: ${url}`,
    signOff: 'Viele Grüße',
    thanks: 'Danke, dass Sie sich deswegen melden.',
    welcome: 'Falls etwas unklar ist, antworten Sie einfach auf diese Nachricht, wir helfen gern.',
    apology: 'Die Umstände tun mir leid.',
    call: 'Falls Sie lieber darüber sprechen möchten, schreiben Sie mir, wann es Ihnen passt; eine Kollegin oder ein Kollege sieht nach, ob ein Anruf möglich ist.',
  },
  fr: {
    greeting: (name) => (name ? `Bonjour ${name},` : 'Bonjour,'),
    formal: (name) => (name ? `Bonjour ${name},` : 'Madame, Monsieur,'),
    steps: 'Voici comment faire :',
    tip: 'Bon à savoir :',
    otherwise: 'Si cela ne fonctionne pas :',
    more: (url) => `Pour en savoir plus : ${url}`,
    signOff: 'Cordialement,',
    thanks: 'Merci de nous avoir écrit à ce sujet.',
    welcome:
      "Si quelque chose n'est pas clair, répondez simplement à ce message : nous vous aiderons volontiers.",
    apology: 'Je suis désolé pour la gêne occasionnée.',
    call: 'Si vous préférez en parler de vive voix, dites-moi quand cela vous convient ; un collègue verra si un appel est possible.',
  },
  es: {
    greeting: (name) => (name ? `Hola, ${name}:` : 'Hola:'),
    formal: (name) => (name ? `Buenos días, ${name}:` : 'Buenos días:'),
    steps: 'Siga estos pasos:',
    tip: 'Conviene saber:',
    otherwise: 'Si no funciona:',
    more: (url) => `Más información: ${url}`,
    signOff: 'Un saludo,',
    thanks: 'Gracias por escribirnos sobre esto.',
    welcome: 'Si algo no queda claro, responda a este mensaje y le ayudaremos con gusto.',
    apology: 'Lamento las molestias ocasionadas.',
    call: 'Si prefiere hablarlo, dígame cuándo le viene bien y un compañero verá si es posible una llamada.',
  },
};

/** Those of a language, else the English ones. */
export function phrasesIn(language: string): Phrases {
  return PHRASES[language] ?? ENGLISH;
}

const SIGN_OFF =
  /^(?:(?:best|kind|kindest|warm|many)(?: regards| wishes)?|regards|thanks|thank you|cheers|sincerely|all the best)[,!.]?$/i;

/** A signature whose first line is a usual English sign-off, with that of the language instead. */
export function signedIn(language: string, signature: string): string {
  const phrases = PHRASES[language];
  const [signOff = '', ...name] = signature.split('\n');
  if (!phrases || language === 'en' || !SIGN_OFF.test(signOff.trim())) return signature;
  return [phrases.signOff, ...name].join('\n');
}

/** The first name to greet with; null for addresses, companies and initials. */
export function firstName(name: string | null): string | null {
  const first = name
    ?.trim()
    .replace(/^(?:mr|mrs|ms|mx|dr|prof|herr|frau|m|mme)\.?\s+/i, '')
    .split(/\s+/)[0];
  if (!first || !/^\p{Lu}[\p{L}'’-]+$/u.test(first) || first.length > 20) return null;
  if (
    /^(?:The|Team|Support|Info|Office|Sales|Billing|Accounts?|Admin|Front|Dispatch|Customer|Visitor)$/i.test(
      first,
    )
  )
    return null;
  return first;
}

/** Paragraphs with a blank line between, empty ones left out. */
export function paragraphs(parts: (string | null | undefined | false)[]): string {
  return parts
    .filter((part): part is string => typeof part === 'string' && part.trim() !== '')
    .map((part) => part.trim())
    .join('\n\n');
}

/** "a, b and c". */
export function listed(things: string[]): string {
  return things.length < 2 ? (things[0] ?? '') : `${things.slice(0, -1).join(', ')} and ${things.at(-1)}`;
}
