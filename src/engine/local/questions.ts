// Splits a message into the things that are asked, and writes its one-line summary.
import { isAct } from './extract.ts';
import { isLogLine, sentences, unrolled, wordCount } from './text.ts';

/** Most questions that are answered one by one; the rest is for a person. */
const MOST_QUESTIONS = 4;
/** Longest summary, in characters. */
export const SUMMARY_LENGTH = 140;

const AUXILIARY = "(?:can|could|is|are|does|do|did|will|would|should|shall|must|may)(?!')";
const QUESTION_WORD = '(?:how|what|when|where|which|who|why)';
const SOMEBODY =
  '(?:i|we|you|he|she|it|they|that|this|there|the|my|our|your|some(?:one|body)|any(?:one|body))';
const PERSON = '(?:i|we|you|he|she|they)';
/** Asks, since it stands before who does something: "can he", "does the"; "do it" and "is the case" may end a statement. */
const INVERTED = [
  `(?<!\\b${PERSON})[, ]+(?:(?:can|could|will|would|should|shall|must|may) ${SOMEBODY}|(?:do|did) ${PERSON}|does (?:he|she|the|my|our|your|this|that))`,
  `(?<!\\b${SOMEBODY})[, ]+(?:is|are) (?:it|there|they|we|you)`,
].join('|');
/** "if they cancel, how do I give it back", "if we came back would it all be there"; not "if that is the case". */
const ON_CONDITION = `if [^.?!;\\n]{3,80}?(?:\\b${QUESTION_WORD} ${AUXILIARY}|${INVERTED})\\b`;
const WHATS = "(?:what|where|who)['’]?s (?:the|my|our|your|an?|one)";
/** A question of its own: "where is …", "what's the price", not "when a job is closed, …". */
const OPENS_QUESTION = `(?:${QUESTION_WORD} (?:${AUXILIARY}|to|much|many|long|often|has|have)|${WHATS}|${ON_CONDITION}|${AUXILIARY})\\b`;
/** What somebody wants to know, as a statement. */
const WANTS_TO_KNOW = `(?:\\b(?:(?:wants?|needs?|(?:would|should) like) to|['’]d like to) (?:know|understand|find out)|(?<!\\b(?:it|survey|form|page|app|screen|system|message|e?-?mail) )\\b(?:asks|asked|asking)(?: me| us)?|\\bcurious) (?:if|whether|${QUESTION_WORD})\\b`;

const ASKING =
  /\?|^(?:(?:and|also|so|but|then|plus|oh|second(?:ly)?|first(?:ly)?|another thing|one more thing|by the way|btw)[,:]?\s+)*(?:how|what|whats|when|where|which|who|why|can|could|may|is|are|does|do|did|will|would|should|has|have)\s+(?:\w+)|\b(?:please (?:tell|explain|send|resend|add|remove|change|confirm|let|help|check|advise|move|fix|correct|update|give|cancel|close)|(?:can|could|would|will) (?:you|i|we)|(?:i|we)(?:'d| would)?(?: also| just)? (?:need|want|like) (?:to|you|a|an|the|more|it)|i wonder|wondering (?:if|how|whether|what|where)|let me know|not sure (?:how|if|whether|where|what)|any (?:way|chance|idea|plans?)|is it possible|no idea (?:how|what|where))\b/i;
/** A request without a question mark. */
const REQUEST =
  /\b(?:please|pls|kindly) (?!note|find|see|be aware|accept|excuse|forgive|bear|don't|ignore|advise\W*$|help\W*$)[a-z]+\b|\b(?:can|could|would) you\b/i;
/** A question that begins with its condition or with "what's the", or that is reported; with a mark or without. */
const PUT_OTHERWISE = new RegExp(
  `^(?:(?:and|also|so|but|then|plus)[,:]?\\s+)*(?:${ON_CONDITION}|${WHATS}\\b)|${WANTS_TO_KNOW}`,
  'i',
);
/** A question without its mark, beside others that have it. */
const FORGOT_THE_MARK =
  /^(?:(?:and|also|so|but|then|plus)[,:]?\s+)*(?:(?:how|what|where|who|why) (?:can|could|is|are|does|do|did|will|would|should|may|to|much|many|long|often|soon|fast|quickly|has|have|happens|if|about)|(?:can|could|does|do|will|would|may) (?:i|we|you|he|she|they|it|that|this|my|our|the|each|both|everybody|everyone))\b|\b(?:tell|show) (?:me|us) (?:how|what|when|where|which|who|why|if|whether)\b/i;
/** Opens a further matter, whether or not it is put as a question. */
const ANOTHER =
  /^(?:(?:and|oh|so|then)[, ]+)*(?:also,?|another (?:thing|problem|issue|question)|second(?:ly)?,?(?= (?:i|we|the|our|my|it|there|your|what|how)\b)|third(?:ly)?,|last(?:ly)?,|finally,|(?<=and )finally|on top of that|besides,|in addition|additionally|furthermore|moreover|apart from that|unrelated|one (?:more|other|last|final) thing|while (?:i|we)(?:'m| am|'re| are|'ve| have)\b)(?!,? (?:thank|thx|have a|kind|best))/i;
/** Politeness that asks for nothing. */
const PLEASANTRY =
  /^(?:hi|hello|hey|dear|good (?:morning|afternoon|evening)|morning|thanks?|thank you|cheers|regards|best|kind regards|sincerely|hope (?:you|this|all)|happy \w+day|have a|sorry to bother|let me know|looking forward)\b[^?]*$|^(?:how are you|what(?:'s| is) (?:going on|up)|any (?:help|ideas?))\b/i;
/** A cry for help that says nothing about what. */
const BARE_HELP =
  /^(?:(?:can|could) (?:you|anyone|someone|somebody) (?:please )?help(?: me| us)?(?: with this| out)?|please (?:help|advise)|help(?: me| us)?(?: please)?|what (?:do|should|can) (?:i|we) do)\s*[?.!]*$/i;
/** A knock at the door: "Hello? Anyone there?" */
const BARE_CALL =
  /^(?:(?:hi|hello|hey|good (?:morning|afternoon|evening)|is|are|you|any(?:one|body)|some(?:one|body)|there|here|around|online|team|support)\b[\s?!.,]*)+$/i;
const LETTERHEAD = /^(?:[\p{L}.'-]+\s){0,3}[\p{L}.'-]+\s?,?$/u;

/** Whether a message only calls for somebody, and says nothing of why. */
export function isBareCall(text: string): boolean {
  return BARE_CALL.test(text.trim().slice(0, 200));
}

/** Whether a message says too little to be answered: it only calls for somebody, or it is one word, however often. */
export function saysTooLittle(text: string): boolean {
  const once = new Set(
    text
      .slice(0, 200)
      .toLowerCase()
      .split(/[^\p{L}\p{N}]+/u)
      .filter(Boolean),
  );
  return isBareCall(text) || once.size === 1;
}

const COUNTER = /^\(?(?:\d{1,2}|[a-h])[.)]\s+(?=\S)/i;
const ENTRY = /^[-*•]\s+/;
/** Speaks of what was said before. */
const LEANING = /\b(?:it|that|this|(?<!\b(?:is|are) )there|them|those|one)\b/i;
/** What stands before a list of wishes or troubles, if anything does. */
const ANNOUNCES =
  /^\W*$|\b(?:please|pls|can|could|would|want|need|questions?|things?|points?|issues?|problems?|requests?|following)\b[^\n]*$|^\W*(?:hi|hello|hey|dear|good \w+)\b[^.\n]{0,40}\W*$/i;

/** Whether the entries of the list in `lines` are what the customer brings up, rather than steps or an address. */
function listsMatters(lines: string[]): boolean {
  const first = lines.findIndex((line) => ENTRY.test(line));
  const entries = lines.filter((line) => ENTRY.test(line)).map((line) => line.replace(ENTRY, ''));
  const before = lines.slice(0, Math.max(0, first)).join(' ');
  if (entries.length < 2 || !ANNOUNCES.test(before) || /\b(?:steps|reproduce|did)\b/i.test(before))
    return false;
  return /\b(?:please|pls|can|could|would|want|need)\b/i.test(before) || entries.filter(isAct).length < 2;
}

/** The parts of a message that ask or request something, in the customer's words; at most four. */
export function splitQuestions(text: string): string[] {
  const asked: string[] = [];
  /** What was told before anything was asked. */
  const told: string[] = [];
  // Who uses question marks asks with them; who does not is read by the words.
  const marks = text.includes('?');
  const lines = unrolled(text)
    .split('\n')
    .map((line) => line.trim().replace(COUNTER, '• '));
  const listed = listsMatters(lines);
  for (const sentence of sentences(lines.join('\n'))) {
    const said = sentence
      .replace(ENTRY, '')
      .replace(OPENING, '')
      .replace(/(?:,|\band)\s*$/i, '')
      .trim();
    const asks =
      REQUEST.test(said) ||
      PUT_OTHERWISE.test(said) ||
      (marks ? said.includes('?') || FORGOT_THE_MARK.test(said) : ASKING.test(said));
    const another = ANOTHER.test(said);
    const entry = listed && ENTRY.test(sentence);
    // "I can't edit it any more. What should I do?": what was told is the matter.
    if (BARE_HELP.test(said) && asked.length === 0 && told.length > 0) asked.push(weightiest(told));
    if (PLEASANTRY.test(said) || BARE_HELP.test(said) || wordCount(said) < (entry ? 2 : 3)) continue;
    // What something is added to was a matter, too, though it was only told.
    if (another && asked.length === 0 && told.length > 0) asked.push(weightiest(told));
    if (asks || another || entry) asked.push(said.slice(0, 400));
    else told.push(said);
  }
  const parts = asked.flatMap(splitJoined);
  // "Where is it? I looked in settings. Is it there?" asks one thing: a short follow-up leans on its forerunner.
  const merged: string[] = [];
  for (const part of parts) {
    const previous = merged.at(-1);
    const leans = wordCount(part) < 7 && LEANING.test(part) && !ANOTHER.test(part);
    const depends = wordCount(part) < 9 && /^(?:and )?if (?:yes|so|not|no)\b/i.test(part);
    if (previous !== undefined && (leans || depends)) merged[merged.length - 1] = `${previous} ${part}`;
    else merged.push(part);
  }
  return [...new Set(merged)].slice(0, MOST_QUESTIONS);
}

const I_ALSO =
  "(?:(?:i|we)(?:'d|'ll|'m|'re|'ve| would| will| have)? also\\b|one (?:more|other|last) thing\\b)";
const JOINED = new RegExp(
  `(?:[,;]|\\s[-–—])?\\s+(?:(?:and|n|&)(?: also| then| after that| if so| if not,?)?|also|plus|as well as)\\s+(?=${OPENS_QUESTION}|${I_ALSO})`,
  'i',
);
const LISTED = new RegExp(`[,;]\\s+(?=${OPENS_QUESTION})`, 'i');
const STARTS_QUESTION = new RegExp(`^${OPENS_QUESTION}`, 'i');

/** "How do I add a user, where is my invoice, and can I export it?" -> all three. */
function splitJoined(question: string): string[] {
  const parts = question.split(JOINED).flatMap((half) => {
    const listed = half.split(LISTED);
    return listed.every((part) => STARTS_QUESTION.test(part)) ? listed : [half];
  });
  return parts.every((part) => wordCount(part) >= 3) ? parts.map((part) => part.trim()) : [question];
}

const OPENING =
  /^(?:(?:hi|hello|hey|dear|good (?:morning|afternoon|evening)|morning|quick question|question|(?:i have |just )?(?:two|three|four|a few|a couple of|some) (?:quick |short |small )?(?:things|questions|points))\b[^,.!?:\n]{0,30}[,.!:]\s*)+/i;
const FILLER = /^(?:(?:so|well|ok|okay|um|uh|please|pls|and|but|also|just|basically|sorry)[, ]+)+/i;

/** How much a sentence says about what the message is about. */
function weight(sentence: string, position: number): number {
  const words = wordCount(sentence);
  if (words < 3 || PLEASANTRY.test(sentence) || BARE_HELP.test(sentence)) return -1;
  let score = Math.min(words, 18) / 18 - position * 0.07;
  if (ASKING.test(sentence)) score += 0.7;
  if (
    /\b(?:error|fail\w*|broken|wrong|crash\w*|can(?:'|no)?t|cannot|doesn'?t|won'?t|not work\w*|missing|never|stopped|stuck|blank|empty|refund|cancel|charged)\b/i.test(
      sentence,
    )
  )
    score += 0.5;
  if (/^(?:and )?if (?:yes|so|not|no)\b/i.test(sentence)) score -= 0.8;
  if (/https?:|^>|^at \S|[{}<>]{2}/.test(sentence)) score -= 0.6;
  return score;
}

/** The sentence that says most of what the message is about. */
function weightiest(candidates: string[]): string {
  let best = '';
  let top = Number.NEGATIVE_INFINITY;
  for (const [position, candidate] of candidates.entries()) {
    const score = weight(candidate, position);
    if (score > top) {
      top = score;
      best = candidate;
    }
  }
  return best;
}

/** Between several matters in one line. */
const BETWEEN = ' / ';

/**
 * One line of at most 140 characters that tells what the message is about: all that is asked where that is more than
 * one thing, else the sentence that says most; the subject helps when the text is poor.
 */
export function summarise(subject: string | null, text: string, questions: string[] = []): string {
  if (questions.length > 1) {
    const parts = questions.map(unceremonious);
    let room = SUMMARY_LENGTH - BETWEEN.length * (parts.length - 1);
    const rooms = new Map<string, number>();
    // What is short leaves its room to the others.
    for (const [i, part] of parts.toSorted((x, y) => x.length - y.length).entries()) {
      const own = Math.min(part.length, Math.floor(room / (parts.length - i)));
      rooms.set(part, own);
      room -= own;
    }
    return parts.map((part) => shorten(part, rooms.get(part) ?? 0)).join(BETWEEN);
  }
  const candidates = sentences(text.slice(0, 4000))
    .slice(0, 25)
    .filter((candidate) => !isLogLine(candidate));
  const cleaned = candidates
    .map(unceremonious)
    .filter((candidate) => !(LETTERHEAD.test(candidate) && wordCount(candidate) < 3));
  const best = weightiest(cleaned);
  const top = cleaned.length > 0 ? weight(best, cleaned.indexOf(best)) : 0;
  const title = subject
    ?.replace(/^(?:(?:re|fw|fwd|aw|wg|tr|rv)\s*:\s*)+/i, '')
    .replace(/\s+/g, ' ')
    .trim();
  const poor = top <= 0 || (top < 0.35 && title);
  const chosen = (poor ? '' : best) || title || best || text.trim().split('\n')[0] || '';
  return shorten(chosen.replace(/\s+/g, ' ').trim(), SUMMARY_LENGTH);
}

/** What only ties a matter to the one before. */
const CONNECTION =
  /^(?:and )?(?:(?:(?:also|first(?:ly)?|second(?:ly)?|third(?:ly)?|last(?:ly)?|finally|on top of that),?|(?:besides|unrelated|additionally|furthermore|moreover|however|in addition|apart from that|one (?:more|other|last) thing|another (?:thing|question|problem|issue)|while (?:i|we)(?: have|'ve)[^,]{1,20})\s*[,:–—-])(?: unrelated[,:])?\s+)+/i;

/** A sentence without greeting, counter and filler words before it. */
function unceremonious(sentence: string): string {
  return sentence
    .replace(/^(?:\(?\d{1,2}[.)]|[-*•>])\s+/, '')
    .replace(OPENING, '')
    .replace(CONNECTION, '')
    .replace(FILLER, '')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Cuts at a word border and says so with an ellipsis. */
export function shorten(text: string, length: number): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  if (first.length <= length) return first;
  const cut = first.slice(0, length - 1);
  const space = cut.lastIndexOf(' ');
  return `${(space > length * 0.6 ? cut.slice(0, space) : cut).replace(/[,;:\s]+$/, '')}…`;
}
