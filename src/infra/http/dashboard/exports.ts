// What the dashboard's numbers look like as CSV files.
import type { AccountLine, Dashboard, TicketLine } from '../../../model/dashboard.ts';
import { ticketKey } from '../../../model/ticket.ts';
import { renderCsv } from './csv.ts';

/** Tables that can be exported; `tickets` are those behind a figure. */
export const EXPORTS = ['days', 'categories', 'autonomy', 'accounts', 'tickets'] as const;

/** Seconds, whole. */
function whole(seconds: number | null | undefined): number | null {
  return seconds === null || seconds === undefined ? null : Math.round(seconds);
}

/** One line a day of the period; times in seconds. */
export function daysCsv({ days }: Dashboard): string {
  return renderCsv(
    ['day', 'tickets', 'normal', 'first answers', 'first answer median s', 'first answer p90 s'],
    days
      .filter(({ current }) => current)
      .map(({ day, received, normal, response }) => [
        day,
        received,
        normal,
        response?.n ?? 0,
        whole(response?.median),
        whole(response?.p90),
      ]),
  );
}

export function categoriesCsv({ themes }: Dashboard): string {
  return renderCsv(
    [
      'category',
      'name',
      'tickets',
      'normal',
      'first answer median s',
      'first answer p90 s',
      'resolution median s',
      'resolution p90 s',
    ],
    themes.map(({ category, name, received, normal, response, resolution }) => [
      category,
      name,
      received,
      normal?.mean ?? null,
      whole(response?.median),
      whole(response?.p90),
      whole(resolution?.median),
      whole(resolution?.p90),
    ]),
  );
}

export function autonomyCsv({ autonomy }: Dashboard): string {
  return renderCsv(
    [
      'category',
      'name',
      'mode',
      'always a person',
      'reviewed',
      'mistakes',
      'threshold',
      'reviews until auto',
    ],
    autonomy.map((row) => [
      row.category,
      row.name,
      row.mode,
      row.neverAuto,
      row.reviewed,
      row.errors,
      row.threshold,
      row.missing,
    ]),
  );
}

export function accountsCsv(accounts: AccountLine[]): string {
  return renderCsv(
    ['account', 'plan', 'mrr', 'renews', 'owner', 'health', 'risk', 'reasons', 'warning', 'warning by'],
    accounts.map((one) => [
      one.account,
      one.plan,
      one.mrr,
      one.renewalAt,
      one.owner,
      Math.round(one.health),
      one.risk,
      one.reasons.join(' '),
      one.alert?.status ?? null,
      one.alert?.by ?? null,
    ]),
  );
}

export function ticketsCsv(tickets: TicketLine[]): string {
  return renderCsv(
    [
      'ticket',
      'opened',
      'subject',
      'customer',
      'account',
      'plan',
      'channel',
      'category',
      'priority',
      'status',
      'answered by',
      'first answer s',
      'late',
      'resolved s',
      'rating',
      'taken by',
    ],
    tickets.map((one) => [
      ticketKey(one.id),
      one.createdAt,
      one.subject,
      one.customer,
      one.account,
      one.plan,
      one.channel,
      one.category,
      one.priority,
      one.status,
      one.repliedBy,
      whole(one.answeredIn),
      one.late,
      whole(one.resolvedIn),
      one.csat,
      one.assignee,
    ]),
  );
}
