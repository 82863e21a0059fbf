// What we write to customers first, by reason, filled in with what the event tells.
import type { Usage } from '../../model/customer.ts';
import type { OutreachKind } from '../../model/outreach.ts';
import { cleanLine } from '../../model/text.ts';
import { LANGUAGES, type OutreachReason, type OutreachText } from './outreach-languages.ts';

/** A message by its parts. */
export type OutreachWords = OutreachText & {
  /** How to get no more of them. */
  stop: string;
};

/** ISO 639-1 of a customer's language; English when nothing is known. */
export function languageCode(language: string | null): string {
  const code = language?.slice(0, 2).toLowerCase() ?? '';
  return /^[a-z]{2}$/.test(code) ? code : 'en';
}

/** What we write first for this reason; null in languages that we have no words in. */
export function outreachWords(kind: OutreachReason, language: string): OutreachWords | null {
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
