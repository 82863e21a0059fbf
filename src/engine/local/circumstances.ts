// What a customer says of their situation: a time limit, tries that failed, standstill, leaving, growing.
import { sentences } from './text.ts';

/** One alternative of many, as whole words. */
const any = (...alternatives: string[]) => new RegExp(`\\b(?:${alternatives.join('|')})\\b`, 'i');
const plain = (text: string) => text.replace(/[’`´]/g, "'");

const DAY = '(?:mon|tues|wednes|thurs|fri|satur|sun)day';
const MONTH =
  '(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)';
const PART = '(?:morning|noon|afternoon|evening|night)';
const CLOCK = "(?:\\d{1,2}(?::\\d\\d)?\\s?(?:am|pm|o'clock)|\\d{1,2}:\\d\\d|noon|midnight|lunch(?:time)?)";
const DATE = `(?:(?:the )?\\d{1,2}(?:st|nd|rd|th)?(?: of)? ${MONTH}|${MONTH} \\d{1,2}(?:st|nd|rd|th)?|\\d{4}-\\d\\d-\\d\\d|\\d{1,2}[./]\\d{1,2}[./](?:\\d{2,4})?|(?:the )?\\d{1,2}(?:st|nd|rd|th))`;
const SOON = `(?:today|tonight|tomorrow)(?: ${PART})?(?: at (?:${CLOCK}|\\d{1,2}))?`;
const WHEN = `(?:(?:the )?end of (?:the |this )?(?:day|week|month|quarter|year)|eod|cob|${SOON}|this (?:${PART}|week|month)|next week|(?:(?:next|this) )?${DAY}(?: ${PART}|(?: at)? ${CLOCK})?|${CLOCK}|${DATE})`;
const LIMIT =
  '(?:by|before|until|till|no later than|not later than|due(?: on| by)?|deadline(?: is| of)?(?: on)?)(?: at)?(?: the latest)?';
const EVENT =
  '(?:audit|inspection|demo|presentation|payroll|payday|meeting|training|launch|go-live|opening|hearing|tender)';
const NEED =
  '(?:need(?:s|ed)?|must|ha(?:s|ve) to|should|require|please|want|fix(?:ed)?|repl(?:y|ies)|answer|expect|deadline|starts?|leaves?|opens?|go(?:es|ing)? live)';
const ROUND = '(?:an|one|two|three|four|five|six|\\d{1,2})';

/** Each finds a time limit in its first group. */
const DEADLINES = [
  new RegExp(`\\b(${LIMIT} ${WHEN})(?![\\w-])`, 'i'),
  new RegExp(`\\b((?:starts?|closes?|ends?|expires?|opens?|due) ${SOON})\\b`, 'i'),
  new RegExp(`\\b((?:go(?:es|ing)? live|expires?|closes?) on ${WHEN})(?!\\w)`, 'i'),
  new RegExp(`\\b${NEED}\\b[^.!?\\n]{0,60}?\\b(?<! to )(for ${DAY}|for ${DATE}|${SOON}|this week)(?!\\w)`, 'i'),
  new RegExp(`\\b${EVENT}\\b[^.!?\\n]{0,30}?\\b(${SOON}|on ${DAY}|on ${DATE})(?!\\w)`, 'i'),
  new RegExp(`\\b(${SOON}|on ${DAY})\\b[^.!?\\n]{0,25}\\b${EVENT}\\b`, 'i'),
  new RegExp(`\\b((?:with)?in (?:the next |less than )?${ROUND} (?:hours?|minutes?|days?))\\b(?! (?:of|after|from)\\b)(?<=${NEED}\\b.{0,300})`, 'i'),
  /^\W*(within (?:the next )?\d{1,2} (?:hours?|minutes?|days?))\W*$/i,
  /(?<![\p{L}])((?:bis(?: spätestens)?|avant|d'ici|antes del?|para el) (?:(?:zum |le |el )?\d{1,2}\.?(?:\d{1,2}\.)?|heute|morgen|montag|dienstag|mittwoch|donnerstag|freitag|demain|lundi|mardi|mercredi|jeudi|vendredi|mañana|lunes|martes|miércoles|jueves|viernes))(?![\p{L}])/iu,
]; // biome-ignore format: one pattern a line
/** Characters before a time that are read for whether it is past. */
const LOOK_BACK = 150;
/** Before a time it tells what was, not what must be. */
const PAST =
  /\b(?:worked|working fine|happened|stopped|crashed|took|noticed|was|were|used to|ha(?:s|ve|d) been|had|started|failed|ran|went|fine|came|got|paid|missed|disappeared)\b[^,;]*$/i;
const STILL_TO_COME = any(NEED, 'promised', 'told', 'asked');
const NO_RUSH = any(
  'no (?:rush|hurry|need|stress|big deal)',
  'not (?:urgent|needed|necessary|pressing|critical|a big deal)',
  "isn't (?:urgent|pressing|critical)",
  "(?:don't|doesn't) (?:need|have to)",
  'can wait',
  'whenever you',
  'minor',
  'cosmetic',
);

/** The time limit in the customer's words, or null; times of what has happened are none. */
export function findDeadline(text: string): string | null {
  for (const sentence of sentences(plain(text))) {
    if (NO_RUSH.test(sentence)) continue;
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

const ORDINALS: Record<string, number> = {
  second: 2, '2nd': 2, third: 3, '3rd': 3, fourth: 4, '4th': 4, fifth: 5, '5th': 5, sixth: 6, '6th': 6, tenth: 10,
}; // biome-ignore format: a small table
const CARDINALS: Record<string, number> = {
  twice: 2, thrice: 3, two: 2, three: 3, four: 4, five: 5, six: 6, seven: 7, eight: 8, ten: 10, several: 3, many: 4,
  multiple: 3, countless: 5,
}; // biome-ignore format: a small table
const MOST_ATTEMPTS = 20;

const NTH = new RegExp(
  `\\b(${Object.keys(ORDINALS).join('|')})\\s+(?:(?:time|attempt|try)(?! (?:slot|zone|window|card|sheet|entry))|(?:e-?mail|message|request|ticket|call|reminder)(?=\\s*(?:$|[.,;:!?)]|i\\b|we\\b|about|on\\b|to\\b|in\\b|for\\b|regarding|now|this|already|with)))`,
  'gi',
);
const TIMES = new RegExp(
  `\\b(?:tried|trying|asked|written|wrote|called|contacted|explained|reported|attempted|restarted|reinstalled|reset|cleared|emailed)\\b[^.!?\\n]{0,40}?\\b(twice|thrice|(${Object.keys(CARDINALS).join('|')}|\\d{1,2})(?:\\s?x\\b|\\s+(?:times|different|attempts)))`,
  'gi',
);
const ATTEMPTS = new RegExp(
  `\\b(${Object.keys(CARDINALS).join('|')}|\\d{1,2}) (?:failed |unsuccessful )?attempts\\b`,
  'gi',
);
/** The same matter is brought up again. */
const WRITES_AGAIN =
  /\b(?:writ(?:e|ing)|ask(?:ing)?|contact(?:ing)?|email(?:ing)?|call(?:ing)?|report(?:ing)?|here) (?:you |this |to you )?(?:once )?again\b|\bme again\b/i;
const TRIED = any(
  'tried',
  'attempted',
  'already (?:did|done|restarted|reinstalled|cleared|reset|checked|asked|wrote|followed)',
  '(?:reinstalled|restarted|rebooted|cleared|followed|reset)\\b.{0,60}\\b(?:still|but|nothing|same|no (?:luck|change)|not help\\w*|to no avail)',
  "(?:didn't|did not|does not|doesn't) (?:help|solve|fix) ?(?:it|anything|this)?",
);
const STILL = any(
  "still (?:not|no|broken|nothing|the same|doesn't|don't|can't|cannot|won't|isn't|waiting|happen\\w*|fail\\w*|crash\\w*|wrong)",
  'again\\b.{0,30}\\b(?:broken|fail\\w*|error|down)',
  '(?:once|yet) (?:more|again)\\b.{0,30}\\b(?:fail\\w*|broken|error|crash\\w*|down|not)',
  'same (?:problem|error|issue) again',
  'no (?:answer|reply|response)',
);

/** Tries that the customer mentions ("for the third time", "tried twice"); 1 for an unsolved repeat ("still broken"). */
export function countAttempts(text: string): number {
  const said = plain(text);
  const counts = [
    ...[...said.matchAll(NTH)].map(([, word = '']) => ORDINALS[word.toLowerCase()] ?? 0),
    ...[...said.matchAll(TIMES)].map(([, whole = '', number]) => cardinal(number ?? whole)),
    ...[...said.matchAll(ATTEMPTS)].map(([, number = '']) => cardinal(number)),
    WRITES_AGAIN.test(said) ? 2 : 0,
    TRIED.test(said) || STILL.test(said) ? 1 : 0,
  ];
  return Math.min(MOST_ATTEMPTS, Math.max(...counts));
}

function cardinal(word: string): number {
  return CARDINALS[word.toLowerCase()] ?? (Number(word) || 0);
}

const CANNOT = "(?:can(?:'|no)?t|cannot|can not|unable to|impossible to|couldn't|won't let (?:us|me))";
const STANDSTILL = any(
  `${CANNOT} (?:(?:even |currently |now )?(?:work(?! out)|(?:invoice|bill)(?! an? )|dispatch|log ?in|sign ?in|get in|start|ship|continue|proceed|operate|pay (?:our|the|my)|run (?:payroll|the|our|my)|do (?:any|our|my)|take (?:any |new )?(?:bookings|payments|calls|orders|jobs)|send (?:any|our|out)|finish (?:our|the|any)))`,
  `${CANNOT} (?:access|use|open|reach|get into) (?:the (?:app|account|system|software|site|schedule|calendar|dashboard|workspace)|your|our|my|it\\b(?! in)|any|this (?:app|account|system))`,
  "won't (?:open|start|load) (?:on any|for any|anywhere|at all)",
  'nothing (?:works|loads|opens|is working|goes)(?! (?:better|well))',
  'dead in the water',
  "(?:^|(?:i|we|us|me|everyone|everybody|team|crew|office)(?:'m|'re|'ve)?(?: (?:am|are|is|was|were|got|get|been|have|now|all|completely|still)){0,3} )locked out",
  '(?:stand(?:s|ing)? (?:still|idle|around)|(?:stand|sitt?|wait)(?:s|ing)? in the (?:yard|office))',
  'at a stand ?still',
  '(?:production|everything|the (?:whole )?(?:app|system|site)) is (?:down|offline|dead)',
  `(?:everything|everybody|everyone|(?:the |our |my )?(?:whole|entire) (?:team|company|office|crew|fleet)|all (?:of )?(?:our|my|the) \\w+|all \\d+ \\w+)\\b.{0,40}\\b(?:down|blocked|stuck|offline|waiting|locked|${CANNOT})`,
  '(?:nobody|no one|no-one|none of (?:us|our \\w+|the \\w+))\\b.{0,20}\\bcan\\b.{0,20}\\b(?:see|open|log|sign|work|use|get|access|start)',
  "(?:we|i|(?:the |our |my )?(?:team|crew|crews|office|work|operations?|business|payroll|invoicing))(?:'re|'m| are| am| is) (?:completely |totally |now |all )?(?:blocked|stuck)",
  'block(?:s|ing) (?:us|me|our|my)',
  'blocker',
  'show ?stopper',
  'down for (?:us|everyone|all)',
  'losing (?:money|bookings|customers|clients|jobs|sales)',
  'on hold because',
  'wir können (?:gar )?nicht(?:s)? (?:mehr )?(?:arbeiten|tun)|nichts geht mehr|plus rien ne (?:marche|fonctionne)|no podemos trabajar',
);
/** Somebody asks how it would be, or speaks of other people's access. */
const SUPPOSED =
  /^(?:so |and |but |hi |hello )*(?:how (?:to|do|does|can|could|should)|what (?:happens|if)|is it possible|is there|can (?:i|we|you)|could (?:i|we|you)|do(?:es)?|why)\b|\b(?:if|in case|whenever|who|so (?:that )?(?:they|he|she|people|users)|to (?:stop|prevent|avoid|make sure))\b|\bwhen (?:an? |the |our |my )?(?:users?|customers?|clients?|people|somebody|someone|they)\b|\b(?:not|no|nobody is|isn't|aren't|no longer)\b.{0,15}\b(?:block\w*|stuck|locked out|show ?stopper)/i;

/** Whether the customer says that their work stands still; not where they suppose it, or wave it aside. */
export function saysBlocked(text: string): boolean {
  return sentences(plain(text)).some(
    (sentence) =>
      !NO_RUSH.test(sentence) &&
      sentence
        .split(/[,;:]\s|\s[–—-]\s/)
        .some((clause) => STANDSTILL.test(clause) && !SUPPOSED.test(clause.trim())),
  );
}

const CONTRACT = '(?:subscription|account|plan|contract|membership|service|workspace|licen[cs]es?)';
const LEAVING = any(
  `(?:cancel(?:l?ing|lation)?|terminat\\w+|end(?:ing)?|clos(?:e|ing)|quit(?:ting)?)(?: of)? (?:my|our|the|this|your) (?:\\w+ )?${CONTRACT}`,
  'cancel (?:everything|immediately|with you|at the end)',
  "(?:we|i)(?:'ll| will|'re| are|'m| am| have|'ve)?(?: \\w+){0,3} (?:cancel|leave|leaving|quit|switch away)(?=[.,;!?]| (?:you|at the end|for good|if|unless|and)|$)",
  '(?:thinking|think) (?:of|about) (?:leaving|cancell?ing|switching)',
  '(?:leav(?:e|ing)|quit(?:ting)?) (?:you|your)',
  '(?:switch|mov|go)\\w* (?:to|over to|away to) (?:a |an |your |the |another )*(?:competit\\w+|other (?:provider|software|tool|vendor)|provider|vendor)',
  'switch(?:ing)? (?:away|providers?)',
  '(?:mov|look)(?:e|ing) elsewhere',
  '(?:look|search|evaluat|compar|test)\\w* (?:at |for |other |some |an? |possible )*(?:alternatives?|competitors?|other (?:tools?|providers?|vendors?))',
  "(?:not|won't|n't)(?: be| going to| want to)? renew\\w*",
  'stop (?:paying|using (?:you|your|this|it))',
  'last straw',
  '(?:done|finished|through) with (?:you|this (?:company|app|software|service|tool))',
);

/** Whether the customer speaks of ending the contract or going to somebody else. */
export function speaksOfLeaving(text: string): boolean {
  return LEAVING.test(plain(text));
}

const STAFF = '(?:seats?|users?|licen[cs]es?|technicians?|crews?|people|employees|staff|vans?|dispatchers?)';
const GROWING = any(
  `(?:more|additional|extra) ${STAFF}`,
  `(?:\\d+|two|three|four|five|six|ten|a few|several) (?:more|additional|extra|new) ${STAFF}`,
  `from \\d+ to \\d+ ${STAFF}`,
  `add(?:ing)? (?:another|\\d+|a second|a few|several)(?: more| new)? ${STAFF}`,
  `(?:order|buy|purchase) (?:\\d+ |some |more )*${STAFF}`,
  '(?<!(?:since|after|following) (?:the |we |our |i )?)upgrad(?:e|ing) (?!(?:to )?(?:version|v?\\d|ios|android|windows|the app))(?:to|our|my|plans?|from)',
  '(?:want|like|need|plan\\w*|how (?:do|can) (?:i|we)) to upgrade',
  '(?:move|moving|switch|switching|change|changing|go|going|interested|price|cost|quote|costs?|much)\\b.{0,30}\\b(?:higher|bigger|larger|next|business|enterprise|pro|premium|annual)(?: plan| tier| billing)',
  '(?:new|second|third|another) (?:branch|office|location|depot|subsidiary|site)(?! (?:name|address))',
  "(?:we|we're|we are|we've|we have|i am|i'm)(?: \\w+){0,2} (?:hiring|hired|growing|expanding)",
  'roll(?:ing)? (?:it |this |you )?out to',
);

/** Whether the customer may want more: seats, a higher plan, another office. */
export function speaksOfGrowing(text: string): boolean {
  return GROWING.test(plain(text));
}
