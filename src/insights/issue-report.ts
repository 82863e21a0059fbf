// What an issue says about a cluster: pure functions from its reports to the parts of an issue, without personal data.
import type { IssuePart, Report } from '../model/issue.ts';
import { NOBODY, publicWords, type Speaker } from '../model/public-words.ts';
import { byFrequency, tally } from '../model/tally.ts';
import { stepWords } from '../model/text.ts';

const QUOTES = 3;
const QUOTE_LENGTH = 400;
const LISTED = 8;

const PRODUCTS = 'Android Chrome Edge Excel Firefox iOS iPadOS macOS Node Outlook Safari Windows'.split(' ');

/** A version with its product as that spells itself: "firefox 147" -> "Firefox 147". */
export function productName(version: string): string {
  const product = PRODUCTS.find((name) => version.toLowerCase().startsWith(name.toLowerCase()));
  return product ? `${product}${version.slice(product.length)}` : version;
}

function day(at: Date): string {
  return at.toISOString().slice(0, 10);
}

/** The most frequent values first. */
function common(values: string[]): string[] {
  return byFrequency(tally(values)).map(([value]) => value);
}

/** Who is concerned, in numbers; `accounts` counts each account's revenue once. */
export function concerned(reports: Report[]): {
  reports: number;
  customers: number;
  accounts: number;
  revenue: number;
  plans: string[];
} {
  const accounts = new Map(reports.flatMap(({ account, mrr }) => (account ? [[account, mrr ?? 0]] : [])));
  return {
    reports: reports.length,
    customers: new Set(reports.map(({ customerId }) => customerId)).size,
    accounts: accounts.size,
    revenue: [...accounts.values()].reduce((sum, mrr) => sum + mrr, 0),
    plans: common(reports.flatMap(({ plan }) => (plan ? [plan] : []))),
  };
}

function figures(reports: Report[]): IssuePart {
  const { customers, accounts, revenue, plans } = concerned(reports);
  const first = reports[0];
  const last = reports.at(-1);
  const facts = reports.flatMap(({ bug }) => (bug ? [bug] : []));
  const fields = [
    { label: 'Reports', value: `${reports.length} from ${customers} customers` },
    accounts > 0 && {
      label: 'Accounts',
      value: `${accounts}${revenue > 0 ? `, ${Math.round(revenue).toLocaleString('en-GB')} a month` : ''}${plans.length > 0 ? ` (${plans.slice(0, LISTED).join(', ')})` : ''}`,
    },
    first && { label: 'First seen', value: day(first.at) },
    last && { label: 'Last seen', value: day(last.at) },
    list('Error', common(facts.flatMap(({ codes, exceptions }) => [...codes, ...exceptions]))),
    list('Where', common(facts.flatMap(({ endpoints }) => endpoints.map((one) => publicWords(one, NOBODY))))),
    list('Versions', common(facts.flatMap(({ versions }) => versions.map(productName)))),
    list('Channels', common(reports.map(({ channel }) => channel))),
  ];
  return {
    type: 'fields',
    fields: fields.filter((field) => field !== null && field !== false && field !== undefined),
  };
}

function list(label: string, values: string[]): { label: string; value: string } | null {
  return values.length > 0 ? { label, value: values.slice(0, LISTED).join(', ') } : null;
}

/** How it comes about, as the most precise report tells, without personal data. */
export function stepsOf(reports: (Speaker & Pick<Report, 'bug'>)[]): string[] {
  const [most] = reports.toSorted((a, b) => (b.bug?.steps.length ?? 0) - (a.bug?.steps.length ?? 0));
  return (most?.bug?.steps ?? []).map((step) => publicWords(stepWords(step), most ?? NOBODY));
}

/** Of different customers; those that name the error first, then the shorter. */
function quotes(reports: Report[]): IssuePart[] {
  const names = ({ bug }: Report) => Number((bug?.codes.length ?? 0) + (bug?.exceptions.length ?? 0) > 0);
  const seen = new Set<number>();
  return reports
    .filter(({ text }) => text.trim())
    .sort((a, b) => names(b) - names(a) || a.text.length - b.text.length)
    .filter(({ customerId }) => !seen.has(customerId) && seen.add(customerId))
    .slice(0, QUOTES)
    .map((report) => {
      const said = publicWords(report.text, report).replace(/\n{2,}/g, '\n');
      return { type: 'quote', text: said.length > QUOTE_LENGTH ? `${wholeWords(said)} …` : said };
    });
}

/** The beginning of a text, which does not end within a word. */
function wholeWords(text: string): string {
  return text.slice(0, QUOTE_LENGTH).replace(/\s+\S{0,40}$/, '');
}

/** A new issue about these reports, oldest first; `link` leads people back to where customers are answered. */
export function issueParts(title: string, reports: Report[], cluster: string): IssuePart[] {
  const steps = stepsOf(reports);
  const said = quotes(reports);
  return [
    { type: 'text', text: `Customers report: ${title}` },
    figures(reports),
    ...(steps.length > 0
      ? [
          { type: 'heading' as const, text: 'Steps, as a customer tells them' },
          { type: 'steps' as const, items: steps },
        ]
      : []),
    ...(said.length > 0 ? [{ type: 'heading' as const, text: 'In their words' }, ...said] : []),
    {
      type: 'text',
      text: `Made by Deskhand from ${cluster}. A comment below is kept up to date with later reports. When this is closed as fixed, the affected customers are proposed a message.`,
    },
  ];
}

/** The one comment about all reports so far, with the newest one's words. */
export function laterParts(reports: Report[]): IssuePart[] {
  return [
    { type: 'text', text: 'What customers report of this by now:' },
    figures(reports),
    ...quotes(reports.slice(-1)),
  ];
}

/** It was fixed, and came back. */
export function regressionParts(reports: Report[], fixedAt: Date): IssuePart[] {
  const since = reports.filter(({ at }) => at > fixedAt);
  return [
    {
      type: 'text',
      text: `Regression: reported ${since.length === 1 ? 'once' : `${since.length} times`} again after this was fixed on ${day(fixedAt)}.`,
    },
    ...quotes(since),
  ];
}

const FILLER = new Set(
  'after again also and before cannot could does doesn error fails from have into issue just keeps more not only problem shows since some still that the their then there they this when where which while will with without your'.split(
    ' ',
  ),
);

/** Words to search a tracker for: what the title is about, and the first error code. */
export function searchWords(title: string, reports: Report[]): string {
  const codes = common(reports.flatMap(({ bug }) => [...(bug?.exceptions ?? []), ...(bug?.codes ?? [])]));
  const words = (title.match(/[\p{L}\p{N}]{3,}/gu) ?? []).filter((word) => !FILLER.has(word.toLowerCase()));
  return [...words.slice(0, 4), ...codes.slice(0, 1)].join(' ');
}
