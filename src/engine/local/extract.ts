// Finds the hard facts in a text: error codes, exceptions, endpoints, versions, steps, and the numbers of things.
import type { Analysis } from '../../model/analysis.ts';
import { sentences, unrolled } from './text.ts';

/** How many of each kind are kept; a log pasted whole has hundreds. */
const MOST = 8;
const LONGEST_STEP = 200;

/** First groups (or whole matches) of all patterns, distinct, in order, at most MOST. */
function all(text: string, ...patterns: RegExp[]): string[] {
  const found = new Set<string>();
  for (const pattern of patterns)
    for (const match of text.matchAll(pattern)) {
      const value = (match[1] ?? match[0]).trim();
      if (value) found.add(value);
      if (found.size >= MOST) return [...found];
    }
  return [...found];
}

/** What a number is counted in: "error 500 times", "order 250 licences". */
const COUNTED =
  '(?!\\s*(?:%|€|\\$|x\\b|(?:more |new )?(?:times|seats?|licen[cs]es?|users?|units?|people|persons?|technicians?|jobs?|customers?|pieces?|items?|copies|employees|staff|hours?|days?|weeks?|months?|years?|minutes?|seconds?|records?|rows?|contacts|invoices|messages|dollars?|euros?|per|each|at once|in total)\\b))';
/** Codes of another trade: "promo code SAVE20", "zip code 40404". */
const OTHER_CODE =
  '(?<!\\b(?:promo|discount|coupon|voucher|referral|zip|postal|post|dress|access|verification|security|country|area|sort|tax|bar|qr|invite|invitation|booking|door|gate|colou?r)[ -])';
const HTTP_FAILURE = '(?:5\\d\\d|4(?:0\\d|1\\d|2\\d|51))';

const CODES = [
  new RegExp(`\\b${OTHER_CODE}(?:error|err|code|status|http(?:/[\\d.]+)?|fehler|erreur)(?:\\s+(?:code|number|no\\.?|status|message))?["']?(?:\\s*[:#=])?\\s*["'(#]?((?:[1-5]\\d\\d|(?:(?<=\\s)-)?\\d{4,6}(?:-\\d+)?|[A-Z]{1,6}[-_]?\\d{2,6}|0x[0-9a-f]{4,8}))\\b${COUNTED}`, 'gi'),
  /\b([A-Z]{2,6}-\d{3,5})\b(?=[^\n]{0,30}(?:error|fail|code)|["')])/g,
  /(?<=\b(?:error|fail\w{0,4}|code)\b[^\n]{1,30})\b([EF]-\d{3,5})\b/gi,
  /\b(?:[Gg]et|[Gg]ot|[Gg]etting|[Ss]ays?|[Ss]hows?|[Ss]ee(?: is|ing)?|with|[Tt]hrows?|[Rr]eturns?|[Rr]eads?)\s+(?:an?\s+|the\s+)?["'“(]?([A-Z]{2,6}-\d{3,5})\b/g,
  /\b(E(?:CONN[A-Z]+|NOENT|ACCES|PERM|TIMEDOUT|PIPE|ADDR[A-Z]+|HOST[A-Z]+|NET[A-Z]+|NOTFOUND|NOSPC|EXIST|MFILE|BUSY|INVAL|PROTO|AI_[A-Z]+)|ERR_[A-Z_]{3,40}|ORA-\d{5}|(?=[A-Z0-9_]{0,60}_(?:ERROR|FAILED|FAILURE|TIMEOUT|EXCEPTION|DENIED))[A-Z][A-Z0-9_]{3,60})\b/g,
  new RegExp(`\\b(${HTTP_FAILURE})\\b(?=\\s*(?:error|on\\b|from\\b|response|\\(|bad\\b|internal|not found|too many|forbidden|unauthori|gateway|timeout))`, 'gi'),
  /\b(4[0-2]\d|50[0-4])s\b/g,
  new RegExp(`\\b(?:returns?|returned|answers?|answered|(?:responds?|responded|fails?|failed|failing) with|got|gives?|throws?|threw)\\s+(?:an?\\s+|us\\s+|me\\s+|only\\s+)*(${HTTP_FAILURE})\\b${COUNTED}`, 'gi'),
  /\b(?:error|code|reason)\b["'\s:=(]{1,6}([a-z]+(?:_[a-z]+)+)\b/gi,
]; // biome-ignore format: one pattern a line
/** Looks like a code and is none. */
const NO_CODE = /^(?:COVID|GDPR|ISO|UTF|SHA|RFC|INV|PO|VAT)-/;
const EXCEPTIONS = [
  /(?<![\w$.])((?:[A-Za-z_$][\w$]*\.)*[A-Z]\w*(?:Exception|Error|Fault|Panic))\b/g,
  /\b(segmentation fault|unhandled rejection|panic: [^\n]{3,60})/gi,
];
/** A line of a stack trace; its place stands for the trace when nothing in it has a name. */
const FRAMES = [
  /^[ \t]*at[ \t]+(\S[^\n]{2,100}?(?::\d+)+\)?)[ \t]*$/gm,
  /^[ \t]*File[ \t]+("[^"\n]{1,100}", line \d+)/gm,
];
const ENDPOINTS = [
  /\b((?:GET|POST|PUT|PATCH|DELETE|HEAD)\s+(?:https?:\/\/[^\s"'`<>)]+|\/[^\s"'`<>),]+)(?<![.,;:?!]))/g,
  /\b((?:https?:\/\/)?[\w-]{1,60}(?:\.[\w-]{1,60}){1,5}\/(?:api|v\d+|rest|graphql)(?:\/[\w{}:.-]{1,100}){0,12}(?<![.:]))/g,
  /(?<![\w/.:])(\/(?:api|v\d+|rest|graphql)(?:\/[\w{}:.-]+)*(?<![.:]))/g,
];
const VERSIONS = [
  /\b(?:version|release|build|firmware|ver\.?|v|app)\s?(\d+(?:\.\d+){1,3}(?:-\w+)?)\b/gi,
  /\b(build\s\d{3,8})\b(?!\.\d)/gi,
  /\b(?:updat\w+|upgrad\w+|install\w+|running)\b[^.!?\n]{0,20}?\s(\d{1,3}\.\d{1,3}\.\d{1,3})\b(?!\.\d)/gi,
  /\b((?:iOS|iPadOS|Android|Windows|macOS|Chrome|Firefox|Safari|Edge|Outlook|Excel|Node(?:\.js)?)\s\d+(?:\.\d+)*)\b/gi,
];

/** Error codes, endpoints, versions, exceptions and steps of a bug report. */
export function findBugFacts(text: string): Analysis['bug'] {
  const numbers = new Set(findReferences(text).map(({ value }) => value));
  const codes = all(text, ...CODES).filter((code) => !numbers.has(code) && !NO_CODE.test(code));
  const endpoints = all(text, ...ENDPOINTS);
  const exceptions = all(text, ...EXCEPTIONS);
  return {
    codes: codes.filter((code) => !codes.some((o) => o !== code && o.endsWith(code))),
    endpoints: endpoints.filter((e) => !endpoints.some((o) => o !== e && o.includes(` ${e}`))),
    versions: all(text, ...VERSIONS),
    exceptions: exceptions.length > 0 ? exceptions : all(text, ...FRAMES).slice(0, 1),
    steps: findSteps(text),
  };
}

const ITEM = /^(?:\d{1,2}[.)]|[-*•])\s+/;
/** Announces what was done; what follows on the same line is a step itself. */
const INTRODUCTION =
  /^(?:steps?(?: (?:to|i) \w+)?|(?:how )?to reproduce|repro(?:duction)?|what (?:i|we) did)\b[^:\n]{0,20}:\s*/i;
const DOING =
  'open|click|press|tap|go|select|choose|pick|log|sign|create|add|enter|type|save|drag|import|export|upload|download|switch|scroll|edit|change|assign|start|install|refresh|reload|delete|move|send';
const ACTS = new RegExp(
  `^(?:then |now )?(?:i |we )?(?:${DOING})\\b|^(?:app|the app|it|page|the page) \\w+`,
  'i',
);
const TOLD = new RegExp(
  `^(?:first|then|next|after that|finally),? (?:(?:i|we|it|the) \\w|(?:${DOING})\\b)|^(?:when(?:ever)?|(?:every|each) time|as soon as) (?:i|we) (?:try to |want to )?(?:${DOING}|use|load|run|view|print|search|filter|book|schedule|take|attach|approve|call)\\b|^after (?:i |we )?(?:${DOING})\\w*|^i (?:${DOING})\\b`,
  'i',
);

/** Whether an entry of a list is something that was done, not something that is wanted. */
export function isAct(entry: string): boolean {
  return ACTS.test(entry);
}

/** What somebody did, one act an entry: a list, or sentences that tell it. */
function findSteps(text: string): string[] {
  const steps: string[] = [];
  let announced = false;
  for (const line of unrolled(text)
    .split('\n')
    .map((raw) => raw.trim())) {
    if (line === '') continue;
    const introduced = INTRODUCTION.test(line);
    const said = line.replace(INTRODUCTION, '').replace(ITEM, '').trim();
    if (introduced) {
      announced = true;
      if (said) steps.push(said);
    } else if (ITEM.test(line)) {
      if (announced || ACTS.test(said)) steps.push(said);
    } else {
      announced = false;
      steps.push(...sentences(line).filter((sentence) => TOLD.test(sentence)));
    }
  }
  return steps.slice(0, MOST).map((step) => step.slice(0, LONGEST_STEP));
}

const MARK =
  "(?:(?:with )?(?:number|no\\.?|nr\\.?|n[°º]|num\\.?|id|ref(?:erence)?\\.?)(?:\\s+(?:is|was)\\b|'s\\b)?|#|:)";
/** A number as people write it: three digits in a row at least, no date; a bare year needs a mark before it. */
const NUMBER =
  '(?=[A-Z0-9/-]*\\d{3})(?!\\d{4}[-/]\\d\\d[-/]\\d\\d)[A-Z]{0,6}-?\\d[\\dA-Z-]{1,14}(?:/\\d{1,8})?';
const YEAR = '(?:19|20)\\d\\d\\b(?!-)';

/** "job 20417", "order no. 4471", "jobs #20417": the number after one of `words`. */
function numberOf(words: string): RegExp {
  return new RegExp(
    `\\b(?<!\\b(?:in|just in|each|every) |/)(?:${words})(?:\\s+|(?=#|:))(?:(?:${MARK}\\s*)+|(?!${YEAR}))(${NUMBER})\\b${COUNTED}`,
    'gi',
  );
}

const REFERENCES: [string, RegExp][] = [
  ['invoice', /\b((?:INV|CL|RE)-?\d{4,10}(?:-\d{1,10})?)\b/g],
  ['invoice', numberOf('invoices?|inv|receipts?|credit notes?|rechnung(?:snummer|snr\\.?)?|facture|factura|bill')],
  ['job', numberOf('jobs?|work orders?')],
  ['order', numberOf('(?<!work )orders?|po|purchase order|bestell(?:ung|nummer|nr\\.?)|auftrag(?:snummer|snr\\.?)?|commande|pedido')],
  ['account', new RegExp(`\\b(?:accounts?|workspace|customer|tenant|org(?:anisation|anization)?|kunden)\\s*(?:(?:${MARK}|nummer|nr\\.?)\\s*)+((?=[A-Z0-9-]*\\d{3})[A-Z0-9][\\dA-Z-]{2,20})\\b`, 'gi')],
  ['account', /\b((?:cus|sub|acct)_[A-Za-z0-9]{6,32})\b/g],
  ['payment', /\b((?:txn|ch|pi|py)_[A-Za-z0-9]{6,32})\b/g],
  ['booking', numberOf('bookings?|reservations?|buchung(?:snummer)?|réservation|reserva')],
  ['quote', numberOf('quotes?|quotations?|estimates?|angebot(?:snummer)?|devis|presupuesto')],
  ['ticket', new RegExp(`\\b(?<!\\b(?:in|just in|any|the) )(?:ticket|case)\\s+(?:(?:${MARK}\\s*)+|(?!${YEAR}))(T-\\d{1,9}|\\d{3,12})\\b${COUNTED}`, 'gi')],
  ['request', /\b(?:x-)?request[- ]id\s*[:=#]?\s*([\w-]{6,64})\b/gi],
]; // biome-ignore format: one kind a line

/** What goes on with a list of numbers: "20931, 20932 and 20940". */
const NEXT_NUMBER = new RegExp(
  `\\s*(?:,|&|\\+|/|,?\\s(?:and|or|und|et|y))\\s*#?(?!${YEAR})(${NUMBER})\\b${COUNTED}`,
  'iy',
);

/** Invoice, order, job, account, ticket and other numbers, in the order of `REFERENCES`. */
export function findReferences(text: string): Analysis['references'] {
  const found = new Map<string, Analysis['references'][number]>();
  for (const [type, pattern] of REFERENCES)
    for (const match of text.matchAll(pattern)) {
      let value: string | undefined = match[1];
      NEXT_NUMBER.lastIndex = match.index + match[0].length;
      while (value && found.size < MOST) {
        if (!found.has(value)) found.set(value, { type, value });
        value = NEXT_NUMBER.exec(text)?.[1];
      }
    }
  return [...found.values()];
}

/** Whether the customer wants to speak with a person rather than get an answer. */
export function asksForPerson(text: string): boolean {
  return /\b(?:(?:get|give|let|put|connect|want|need|like)\b.{0,30}\b(?:a (?:real |live |actual )?(?:person|human|manager|supervisor)|someone real|somebody (?:real|senior|who))|(?:talk|speak|through) (?:to|with) (?:a |an |your |some)?(?:real |live |actual )?(?:person|human|manager|supervisor|someone|somebody|boss)|call me|phone me|ring me)\b/i.test(
    text,
  );
}
