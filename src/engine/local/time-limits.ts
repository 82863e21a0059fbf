// The time limit that a customer names: by when something must be, not when something happened.
import { wavesAside } from './circumstances.ts';
import { plain, sentences } from './text.ts';

const DAY = '(?:mon|tues|wednes|thurs|fri|satur|sun)day';
const SHORT_DAY = `(?:${DAY}|mon|tues?|wed|thu(?:rs?)?|fri)`;
const MONTH =
  '(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)';
const PART = '(?:morning|noon|afternoon|evening|night)';
const CLOCK = "(?:\\d{1,2}(?:[:.]\\d\\d)?\\s?(?:am|pm|o'clock)|\\d{1,2}:\\d\\d|noon|midnight|lunch(?:time)?)";
const DATE = `(?:(?:the )?\\d{1,2}(?:st|nd|rd|th)?(?: of)? ${MONTH}|${MONTH} \\d{1,2}(?:st|nd|rd|th)?|\\d{4}-\\d\\d-\\d\\d|\\d{1,2}[./]\\d{1,2}[./](?:\\d{2,4})?|\\d{1,2}/\\d{1,2}|(?:the )?\\d{1,2}(?:st|nd|rd|th))`;
const SOON = `(?:first thing )?(?:today|tonight|tomorrow|tmrw)(?: ${PART})?(?:,? (?:at )?${CLOCK}| at \\d{1,2})?`;
const PERIOD = '(?:day|week|month|quarter|year|business|play|work|trading)';
const END = `(?:(?:the |this )?(?:end|close) of (?:the |this |next |our )?(?:${PERIOD}|${MONTH})(?:,? (?:on )?(?:${DAY}|today|tomorrow))?|e\\.?o\\.?[dwm]\\b|c\\.?o\\.?b\\b)`;
const ON_DAY = `(?:(?:first thing )?(?:on )?(?:next |this |coming )?${DAY}(?: ${PART})?(?:,? (?:at )?${CLOCK})?)`;
const WHEN = `(?:${END}|${SOON}|(?:the |this )?weekend|this (?:${PART}|week|month)|next (?:week|month)|${ON_DAY}|${CLOCK}|${DATE})`;
const LIMIT =
  '(?:by|before|until|till|no later than|not later than|latest(?: by| on)?|prior to|ahead of|due(?: on| by)?|deadline(?: is| of)?(?: on)?)(?: at)?(?: the latest)?';
const EVENT =
  '(?:audits?(?! (?:log|trail|report))|auditors?|inspections?|inspectors?|demo(?:ing)?|presentation|payroll|payday|meeting|training|launch|go-live|opening|hearing|tender|fair|trade show|conference|workshop|course|exam|pitch|investors|closing|deadline|court|filing)';
const NEED =
  "(?:need(?:s|ed)?|must|ha(?:s|ve) to|should|require|please|pls|wants?|would like|'d like|fix(?:ed)?|repl(?:y|ies)|answer|expect|deadline|starts?|leaves?|opens?|go(?:es|ing)? live|otherwise|or else)";
const COUNT = '(?:an?|one|two|three|four|five|six|ten|a few|a couple of|\\d{1,2})';
const SPAN = `${COUNT}\\s?(?:(?:business|working|full) )?(?:hours?|hrs?|h|minutes?|mins?|days?|weeks?)\\b(?! (?:of|after|from|ago|later)\\b)`;
const IN_SPAN = `(?:with)?in (?:the next |less than |about )?${SPAN}`;
/** A day that comes again and again, or is over, is no limit. */
const ONE_TIME = '(?<!\\b(?:last|past|every|each|per|on|since|of) )';
const SETTING_OUT = '(?:leav|board|fly|travel|launch|start|open|present|mov|go(?:es|ing)? live)\\w*';

/** Each finds a time limit in its first group. */
const DEADLINES = [
  new RegExp(`\\b(${LIMIT} (?:${WHEN}|${SHORT_DAY}\\b|${SPAN} (?:at most|max)))(?![\\w-])`, 'i'),
  new RegExp(`\\bdeadline\\b[^.!?\\n]{0,40}?\\b((?:is|on) ${WHEN})(?!\\w)`, 'i'),
  new RegExp(`\\b((?:starts?|closes?|ends?|expires?|opens?|due) ${SOON})\\b`, 'i'),
  new RegExp(`\\b((?:go(?:es|ing)? live|expires?|closes?|runs out) on ${WHEN})(?!\\w)`, 'i'),
  new RegExp(`\\b${NEED}\\b[^.!?\\n]{0,60}?\\b(?<! (?:to|from|since|of|in) )(for ${DAY}|for ${DATE}|${SOON}|this (?:${PART}|week)|first thing (?:on )?${DAY})(?!\\w)`, 'i'),
  new RegExp(`\\b${EVENT}\\b[^.!?\\n]{0,30}?\\b${ONE_TIME}(${SOON}|${ON_DAY}|on ${DATE}|next week|${IN_SPAN})(?!\\w)`, 'i'),
  new RegExp(`\\b(?:done|sorted|ready|solved|resolved|finished|delivered)\\b[^.!?\\n]{0,20}\\b(${SOON}|this (?:${PART}|week)|on ${DAY})(?!\\w)`, 'i'),
  new RegExp(`\\b(?:you|we|i)(?: only| just)? have (?:only |just )?(${SPAN})`, 'i'),
  new RegExp(`\\b(?:(?:don't|do not|won't) (?:have|get) (?:it|this|that|them)|latest\\b[^.!?\\n]{0,30}\\bis)\\b[^.!?\\n]{0,20}?\\b((?:at |on )?${WHEN})(?!\\w)`, 'i'),
  new RegExp(`\\b(${SOON}|on ${DAY})\\b[^.!?\\n]{0,25}\\b${EVENT}\\b`, 'i'),
  new RegExp(`\\b(${IN_SPAN})(?<=\\b${NEED}\\b.{0,200})`, 'i'),
  new RegExp(`\\b(${IN_SPAN})(?=[^.!?\\n]{0,80}\\b${NEED}\\b)`, 'i'),
  new RegExp(`\\b(?:we|i|i'm|we're|crew|crews|they)\\b(?: \\w+){0,3} ${SETTING_OUT}(?: \\w+){0,3} (${IN_SPAN}|on ${DAY}(?= [^.!?\\n]{0,60}\\b(?:before|${NEED})\\b|,[^.!?\\n]{0,60}\\b(?:before|${NEED})\\b))`, 'i'),
  new RegExp(`\\b(${ONE_TIME}(?:on )?(?:${CLOCK}|${DATE}|${DAY}))\\b[^.!?\\n]{0,60}\\b(?:before|by|until) (?:then|that)\\b`, 'i'),
  /(?<=\b(?:brauch\w*|benötig\w*|bitte|il (?:me|nous) faut|besoin|merci de|necesit\w*|por favor)\b.{0,80})(?<![\p{L}])(noch heute|heute noch|heute|aujourd'hui|ce soir|hoy(?: mismo)?)(?![\p{L}])/iu,
  /^\W*(within (?:the next )?\d{1,2}\s?(?:hours?|h|minutes?|days?))\W*$/i,
  /(?<![\p{L}])((?:(?:bis|vor)(?: spätestens)?|spätestens|avant|d'ici|au plus tard|antes del?|para el|hasta el|a más tardar|prima di|entro|vóór|uiterlijk|até) (?:(?:zum |le |el |a |am |ce |este |next )?(?:\d{1,2}\.?(?:\d{1,2}\.(?:\d{2,4})?)?(?: uhr|h| heures)?|heute|morgen|übermorgen|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|wochenende|ende (?:der woche|des monats|dieser woche)|ce soir|demain|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|la fin (?:de la semaine|du mois)|hoy|mañana|lunes|martes|miércoles|jueves|viernes|fin de (?:semana|mes)|domani|lunedì|venerdì|maandag|vrijdag|amanhã|segunda|sexta)))(?![\p{L}])/iu,
]; // biome-ignore format: one pattern a line
/** Characters before a time that are read for whether it is past. */
const LOOK_BACK = 150;
/** Before a time it tells what was, not what must be. */
const PAST =
  /\b(?:worked|working fine|happened|stopped|crashed|took|noticed|was|were|used to|ha(?:s|ve|d) been|had|started|failed|ran|went|fine|came|got|paid|missed|disappeared)\b[^,;]*$/i;
const STILL_TO_COME = new RegExp(`\\b(?:${NEED}|promised|told|asked)\\b`, 'i');

/** The time limit in the customer's words, or null; times of what has happened are none. */
export function findDeadline(text: string): string | null {
  for (const sentence of sentences(plain(text))) {
    if (wavesAside(sentence)) continue;
    for (const pattern of DEADLINES) {
      const match = pattern.exec(sentence);
      const limit = match?.[1];
      if (!limit) continue;
      const at = match.index + match[0].indexOf(limit);
      const before = sentence.slice(Math.max(0, at - LOOK_BACK), at);
      if (!PAST.test(before) || STILL_TO_COME.test(before)) return limit.trim();
    }
  }
  return null;
}
