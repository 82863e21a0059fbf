// What a draft may not promise: phrases by topic, written in words that people can edit, found in a sentence.

const NUMBER =
  '(?:\\d[\\d.,]{0,20}|(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|thirty|fifty|(?:a |one |five )?hundred|(?:a |one )?thousand)(?:[ -](?:five|hundred|thousand))?)';
const DAY =
  'mon(?:day)?|tues?(?:day)?|wed(?:nesday)?|thu(?:rs)?(?:day)?|fri(?:day)?|sat(?:urday)?|sunday|montag|dienstag|mittwoch|donnerstag|freitag|lundi|mardi|mercredi|jeudi|vendredi|lunes|martes|miércoles|jueves|viernes';
const MONTH =
  '(?:january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)';
const SLOTS: Record<string, string> = {
  '{amount}': `(?:[$€£¥]\\s?\\d[\\d.,]{0,20}|${NUMBER}\\s?(?:[$€£¥]|(?:usd|eur|gbp|chf|dollars?|euros?|pounds?|cents?)(?![\\p{L}])))`,
  '{percent}': `${NUMBER}\\s?(?:%|per ?cent|prozent|pour ?cent|por ciento)`,
  '{date}': `(?:(?:${DAY})|today|tonight|tomorrow|heute|morgen|demain|aujourd'hui|mañana|hoy|\\d{4}-\\d\\d-\\d\\d|\\d{1,2}[./]\\d{1,2}(?:[./]\\d{2,4})?|\\d{1,2}(?:st|nd|rd|th)?(?: of)? ${MONTH}|${MONTH} \\d{1,2}|(?:in|by|until|before|end of|early|late|this|next) ${MONTH}|(?:end of|this|next)(?: the)? (?:day|week|month|quarter|year|morning|afternoon|evening|release)|(?:with)?in (?:the next |the |a few |an? |${NUMBER} )?(?:minutes?|hours?|days?|weeks?|months?|stunden|tagen|heures|jours|horas|días)|q[1-4])`,
};
/** Words that may stand between two parts of a phrase, within a sentence. */
const GAP = '[^.!?\\n]{0,60}?';

/** A sentence's promise, by its topic; null when it makes none. */
export type FindPromise = (sentence: string) => string | null;

/**
 * Reads topics with phrases. In a phrase `a/b` is either word, `word*` any ending, `...` a few words in between,
 * and `{amount}`, `{percent}`, `{date}` what they say. Capitals and short forms ("we'll") do not matter.
 */
export function readPromises(topics: Record<string, string[]>): FindPromise {
  const compiled = Object.entries(topics).map(
    ([topic, phrases]) => [topic, phrases.map(compilePhrase)] as const,
  );
  return (sentence) => {
    const plain = longForms(sentence);
    return compiled.find(([, phrases]) => phrases.some((phrase) => phrase.test(plain)))?.[0] ?? null;
  };
}

function compilePhrase(phrase: string): RegExp {
  const parts = longForms(phrase).trim().split(/\s+/);
  let source = '';
  for (const part of parts) {
    if (/^(?:\.{3}|…)$/.test(part)) {
      source += GAP;
      continue;
    }
    const either = part.split('/').map(compileWord).join('|');
    const space = source === '' ? '' : source.endsWith(GAP) ? '' : '\\s+';
    source += `${space}(?<![\\p{L}\\p{N}])(?:${either})(?![\\p{L}\\p{N}])`;
  }
  return new RegExp(source, 'iu');
}

function compileWord(word: string): string {
  const slot = SLOTS[word.toLowerCase()];
  if (slot) return slot;
  return word.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/\*/g, "[\\p{L}\\p{N}'-]*");
}

function longForms(text: string): string {
  return text
    .replace(/[’`]/g, "'")
    .replace(/\bcan't\b/gi, 'can not')
    .replace(/\bwon't\b/gi, 'will not')
    .replace(/n't\b/gi, ' not')
    .replace(/'ll\b/gi, ' will')
    .replace(/'ve\b/gi, ' have')
    .replace(/'re\b/gi, ' are')
    .replace(/\bI'm\b/gi, 'I am');
}
