// Finds the hard facts in a text: error codes, endpoints, versions, references, deadlines, attempts.
import type { Analysis } from '../../model/analysis.ts';
import { sentences } from './text.ts';

/** How many of each kind are kept; a log pasted whole has hundreds. */
const MOST = 8;

/** All matches of the first group (or the whole match), distinct, in order, at most MOST. */
function all(text: string, pattern: RegExp): string[] {
  const found = new Set<string>();
  for (const match of text.matchAll(pattern)) {
    const value = (match[1] ?? match[0]).trim();
    if (value) found.add(value);
    if (found.size >= MOST) break;
  }
  return [...found];
}

const CODES = [
  /\b(?:error|err|code|status|http)(?:\s+(?:code|number|no\.?|status))?\s*[:#=]?\s*["'(]?([1-5]\d\d|[A-Z]{1,6}[-_]?\d{2,6}|0x[0-9a-f]{4,8})\b/gi,
  /\b([A-Z]{2,6}-\d{3,5})\b(?=[^\n]{0,30}(?:error|fail|code)|["')])/g,
  /\b(E[A-Z]{4,12}|ERR_[A-Z_]{3,40}|ORA-\d{5}|[A-Z]{2,10}_(?:ERROR|FAILED|TIMEOUT|EXCEPTION))\b/g,
  /\b((?:5\d\d|4(?:0[0-9]|1[0-9]|2[0-9]|51)))\b(?=\s*(?:error|on\b|from\b|response|\(|bad|internal|not found|too many|forbidden|unauthori|gateway|timeout))/gi,
  /\b([a-z]+(?:_[a-z]+)+)\b(?=["')\s.,]*$|["')])/gm,
];
const EXCEPTIONS = /\b((?:[a-z][\w$]*\.)*[A-Z]\w*(?:Exception|Error|Fault|Panic))\b/g;
const ENDPOINTS = [
  /\b((?:GET|POST|PUT|PATCH|DELETE|HEAD)\s+(?:https?:\/\/[^\s"'<>)]+|\/[^\s"'<>),]+))/g,
  /(?<![\w/.:])(\/(?:api|v\d+|rest|graphql)(?:\/[\w{}:.-]+)*)/g,
];
const VERSIONS = [
  /\b(?:version|release|build|ver\.?|v)\s?(\d+(?:\.\d+){1,3}(?:-\w+)?)\b/gi,
  /\b((?:iOS|iPadOS|Android|Windows|macOS|Chrome|Firefox|Safari|Edge)\s\d+(?:\.\d+)*)\b/gi,
];
const STEPS =
  /^(?:\d{1,2}[.)]|[-*•]|first\b|then\b|next\b|after that\b|finally\b|steps?:|when i\b|i (?:click|open|press|tap|go|select|choose)\b)/i;

const REFERENCES: [string, RegExp][] = [
  ['invoice', /\b(?:invoice|inv|rechnung|facture|factura|bill)\s*(?:no\.?|number|nr\.?|n°|#|:)?\s*#?\s*((?=[A-Z0-9-]*\d{3})[A-Z]{0,5}-?\d[\dA-Z-]{2,14})\b/gi],
  ['invoice', /\b((?:INV|CL|RE|F)-\d{4,10})\b/g],
  ['order', /\b(?:order|po|purchase order|bestellung|commande|pedido)\s*(?:no\.?|number|nr\.?|#|:)?\s*#?\s*((?=[A-Z0-9-]*\d{3})[A-Z]{0,5}-?\d[\dA-Z-]{2,14})\b/gi],
  ['job', /\b(?:jobs?|work order)\s*(?:no\.?|number|nr\.?|id|#|:)?\s*#?\s*((?=[A-Z0-9-]*\d{3})[A-Z]{0,4}-?\d[\dA-Z-]{2,14})\b/gi],
  ['account', /\b(?:account|workspace|customer|tenant|org(?:anisation|anization)?)\s*(?:no\.?|number|id|nr\.?|#|:)\s*#?\s*((?=[A-Z0-9-]*\d{3})[A-Z0-9][\dA-Z-]{2,20})\b/gi],
  ['ticket', /\b(?:ticket|case)\s*(?:no\.?|number|id|#|:)?\s*#?\s*(T-\d{1,9}|\d{3,12})\b/gi],
  ['request', /\b(?:x-)?request[- ]id\s*[:=#]?\s*([\w-]{6,64})\b/gi],
]; // biome-ignore format: one kind a line

const DEADLINE =
  /\b((?:by|before|until|no later than|due(?: on| by)?|deadline(?: is| of)?(?: on)?|latest by)\s+(?:the\s+)?(?:end of (?:the )?(?:day|week|month|quarter)|eod|cob|noon|lunch|midnight|today|tonight|tomorrow(?: (?:morning|noon|evening))?|this (?:morning|afternoon|evening|week)|(?:next |this )?(?:mon|tues|wednes|thurs|fri|satur|sun)day(?: (?:morning|noon|evening|\d{1,2}(?::\d\d)?\s?(?:am|pm)?))?|next week|\d{1,2}(?::\d\d)?\s?(?:am|pm|o'clock)|\d{1,2}:\d\d|\d{1,2}(?:st|nd|rd|th)?(?: of)? (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w* \d{1,2}(?:st|nd|rd|th)?|\d{4}-\d\d-\d\d|the \d{1,2}(?:st|nd|rd|th)|\d{1,2}(?:st|nd|rd|th)\b)|(?:with)?in (?:the next |less than )?(?:an|one|two|three|\d{1,2}) (?:hours?|minutes?|days?)|(?:today|tomorrow) at \d{1,2}(?::\d\d)?(?: ?[ap]m)?|(?:starts|closes|due|ends|expires) (?:today|tonight|tomorrow)(?: at (?:\d{1,2}(?::\d\d)?|\w+))?)/i;

const ORDINALS: Record<string, number> = {
  second: 2, '2nd': 2, third: 3, '3rd': 3, fourth: 4, '4th': 4, fifth: 5, '5th': 5, sixth: 6, tenth: 10,
}; // biome-ignore format: a small table
const CARDINALS: Record<string, number> = {
  twice: 2, once: 1, two: 2, three: 3, four: 4, five: 5, six: 6, seven: 7, eight: 8, ten: 10, several: 3, many: 4,
  multiple: 3, countless: 5,
}; // biome-ignore format: a small table

/** Tries that the customer mentions ("for the third time", "tried twice"); 1 for an unsolved repeat ("still broken"). */
export function countAttempts(text: string): number {
  let most = 0;
  for (const match of text.matchAll(
    /\b(second|2nd|third|3rd|fourth|4th|fifth|5th|sixth|tenth)\s+(?:time|attempt|try|e-?mail|message|request|ticket|call|reminder)\b/gi,
  ))
    most = Math.max(most, ORDINALS[(match[1] ?? '').toLowerCase()] ?? 0);
  for (const match of text.matchAll(
    /\b(?:tried|trying|asked|written|wrote|called|contacted|explained|reported|attempt(?:ed|s)?|restarted|reset)\b[^.!?\n]{0,50}?\b(twice|two|three|four|five|six|seven|eight|ten|several|many|multiple|countless|\d{1,2})\s*(?:x\b|times|different)?/gi,
  )) {
    const word = (match[1] ?? '').toLowerCase();
    if (/^\d+$/.test(word) && !/times|x$/i.test(match[0])) continue;
    most = Math.max(most, CARDINALS[word] ?? Math.min(Number(word) || 0, 20));
  }
  if (
    most === 0 &&
    /\b(?:tried|attempted|already (?:did|done|restarted|reinstalled|cleared|reset|checked|asked|wrote))\b/i.test(
      text,
    )
  )
    most = 1;
  if (
    most === 0 &&
    /\b(?:still (?:not|no|broken|nothing|the same|doesn'?t|don'?t|can'?t|cannot|won'?t|isn'?t|waiting|happen\w*|fail\w*|wrong)|again\b.{0,30}\b(?:broken|fail\w*|error|down)|same (?:problem|error|issue) again)\b/i.test(
      text,
    )
  )
    most = 1;
  return most;
}

/** The time limit in the customer's words, or null. */
export function findDeadline(text: string): string | null {
  return DEADLINE.exec(text)?.[1]?.trim() ?? null;
}

/** Whether the customer wants to speak with a person rather than get an answer. */
export function asksForPerson(text: string): boolean {
  return /\b(?:(?:get|give|let|put|connect|want|need|like)\b.{0,30}\b(?:a (?:real |live |actual )?(?:person|human|manager|supervisor)|someone real|somebody (?:real|senior|who))|(?:talk|speak|through) (?:to|with) (?:a |an |your |some)?(?:real |live |actual )?(?:person|human|manager|supervisor|someone|somebody|boss)|call me|phone me|ring me)\b/i.test(
    text,
  );
}

/** Whether the customer says that their work stands still. */
export function saysBlocked(text: string): boolean {
  return /\b(?:(?:can(?:'|no)?t|cannot|unable to|can not|impossible to) (?:work|invoice|bill|dispatch|log ?in|sign ?in|get in|access|use|run|send|take|do (?:any|our)|open|start|ship|finish|continue|proceed|pay)|locked out|stand(?:s|ing)? (?:still|idle|around|in the (?:yard|office))|at a stand ?still|production is down|(?:everything|whole (?:team|company|office|crew)|entire (?:team|company|office|crew|fleet)|nobody|no one|no-one|all (?:of )?(?:our|my|the) \w+|all \d+ \w+)\b.{0,40}\b(?:down|blocked|stuck|offline|can(?:'|no)?t|cannot|see|waiting|work)|blocked|blocker|show ?stopper|down for (?:us|everyone|all)|(?:we|i) (?:are|am|'re|'m) stuck|losing (?:money|bookings|customers|clients|jobs|sales)|on hold because)\b/i.test(
    text.replace(/[’`]/g, "'"),
  );
}

/** Error codes, endpoints, versions, exceptions and steps of a bug report. */
export function findBugFacts(text: string): Analysis['bug'] {
  const codes = [...new Set(CODES.flatMap((pattern) => all(text, pattern)))];
  const endpoints = [...new Set(ENDPOINTS.flatMap((pattern) => all(text, pattern)))];
  return {
    codes: codes.filter((code) => !codes.some((o) => o !== code && o.endsWith(code))).slice(0, MOST),
    endpoints: endpoints.filter((e) => !endpoints.some((o) => o !== e && o.endsWith(` ${e}`))).slice(0, MOST),
    versions: [...new Set(VERSIONS.flatMap((pattern) => all(text, pattern)))].slice(0, MOST),
    exceptions: all(text, EXCEPTIONS),
    steps: sentences(text)
      .filter((line) => STEPS.test(line) && line.length > 8)
      .map((line) => line.slice(0, 200))
      .slice(0, MOST),
  };
}

/** Invoice, order, job, account, ticket and request numbers. */
export function findReferences(text: string): Analysis['references'] {
  const found = new Map<string, Analysis['references'][number]>();
  for (const [type, pattern] of REFERENCES)
    for (const value of all(text, pattern)) if (!found.has(value)) found.set(value, { type, value });
  return [...found.values()].slice(0, MOST);
}
