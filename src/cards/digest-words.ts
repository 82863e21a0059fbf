// The words of a digest: its title, its two sentences and its figures, by rules that say only what the numbers say.
import type { Backlog, Digest, DigestPeriod, Rating, Spread } from '../model/digest.ts';
import { against, duration, FEW } from '../model/measure.ts';
import { SERVICE_TARGETS, TARGET_WORDS } from '../model/service-level.ts';
import { amount, count, line } from './words.ts';

function dayText(day: string, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', ...options }).format(
    new Date(`${day}T00:00:00Z`),
  );
}

/** `2 Mar` */
export function shortDay(day: string): string {
  return dayText(day, { day: 'numeric', month: 'short' });
}

/** `Mon 2 Mar` */
function weekday(day: string): string {
  return dayText(day, { weekday: 'short', day: 'numeric', month: 'short' }).replace(',', '');
}

/** `Monday 2 March 2026`, `Fri 27 Feb – Sun 1 Mar 2026`, `February 2026`. */
export function periodText({ kind, first, last }: DigestPeriod): string {
  if (kind === 'monthly') return dayText(first, { month: 'long', year: 'numeric' });
  if (first === last)
    return dayText(first, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }).replace(
      ',',
      '',
    );
  return `${weekday(first)} – ${weekday(last)} ${last.slice(0, 4)}`;
}

/** What is compared with, in words. */
export function normalText({ period: { kind }, volume: { normal } }: Digest): string {
  if (!normal)
    return `What is normal is not known yet: there is no ${kind === 'monthly' ? 'earlier month' : 'earlier week'} to compare with.`;
  const spans = count(normal.spans, kind === 'monthly' ? 'month' : 'week');
  return kind === 'monthly'
    ? `Normal is the mean of the ${spans} before.`
    : `Normal is the mean of the same weekdays of the ${spans} before.`;
}

/** Its first sentences: a language model's, or by rules how much came in and was answered, and what stands out most. */
export function leadText(digest: Digest): string {
  return digest.prose ?? `${inflowText(digest)} ${standoutText(digest)}`.trim();
}

function inflowText({ volume: { received, normal }, answered }: Digest): string {
  if (received === 0)
    return normal && normal.mean > 0
      ? `No tickets came in, where ${amount(Math.round(normal.mean * 10) / 10)} are normal.`
      : 'No tickets came in.';
  const compared = normal ? `, ${against(received, normal)}` : '';
  const done =
    answered.total === 0
      ? 'none is answered yet'
      : answered.total === received
        ? `${received === 1 ? 'it is' : 'all are'} answered`
        : `${answered.total} of them ${answered.total === 1 ? 'is' : 'are'} answered`;
  return `${count(received, 'ticket')} came in${compared}; ${done}.`;
}

function standoutText({ changes, volume, backlog }: Digest): string {
  const first = changes.find(({ tone }) => tone !== 'neutral') ?? changes[0];
  if (first && !first.text.startsWith(`${volume.received} tickets`)) return first.text;
  const second = changes.find(({ text }) => text !== first?.text);
  if (second) return second.text;
  if (first) return 'Nothing else stands out.';
  const overdue = backlog ? overdueText(backlog) : '';
  if (overdue) return `Now ${overdue}.`;
  return volume.normal ? 'Nothing stands out against the time before.' : '';
}

/** `3 first answers and 1 resolution overdue`; nothing when all is in time. */
export function overdueText({ overdue }: Pick<Backlog, 'overdue'>): string {
  const parts = SERVICE_TARGETS.filter((target) => overdue[target] > 0).map((target) =>
    count(overdue[target], TARGET_WORDS[target]),
  );
  return parts.length > 0 ? `${parts.join(' and ')} overdue` : '';
}

/** `2.50 EUR`, with the language model's part. */
export function costText({ perResolution, model, currency }: NonNullable<Digest['cost']>): string {
  const part = model >= 0.005 ? ` (${model.toFixed(2)} of it for the language model)` : '';
  return `${perResolution.toFixed(2)} ${line(currency, 10)}${part}`;
}

/** `half within 12 min, 9 of 10 within 3 h`; of very few cases only the middle. */
export function spreadText({ n, median, p90 }: Spread): string {
  if (n < FEW) return `${n === 1 ? 'after' : 'half within'} ${duration(median)}`;
  return `half within ${duration(median)}, 9 of 10 within ${duration(p90)}`;
}

/** `12 by the bot alone, 20 with its draft, 9 by people`; who answered nothing is left out. */
export function answeredText({ answered: { auto, assisted, agent } }: Digest): string {
  return [
    [auto.n, 'by the bot alone'],
    [assisted.n, 'with its draft'],
    [agent.n, 'by people'],
  ]
    .filter(([n]) => n !== 0)
    .map((pair) => pair.join(' '))
    .join(', ');
}

/** `4.6 of 5 (7)`: the mean and how many rated. */
export function ratingText(rating: Rating | null): string {
  return rating ? `${rating.mean.toFixed(1)} of 5 (${rating.n})` : '–';
}

/** `3 h 20 min` of minutes. */
export function minutesText(minutes: number): string {
  return duration(Math.round(minutes) * 60);
}
