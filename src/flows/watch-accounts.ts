// Watches how accounts fare: health with its reasons, the learned risk to leave, and alerts to our own people.
import { monthly } from '../cards/words.ts';
import type { AccountRow } from '../infra/db/queries/signals.ts';
import { reasonToAlert } from '../insights/alarm.ts';
import { type ChurnModel, churnRisk, learnChurn } from '../insights/churn.ts';
import { type Health, healthOf, isAtRisk } from '../insights/health.ts';
import type { AlertAnswers, AlertBody } from '../model/alert.ts';
import { daysBefore } from '../model/duration.ts';
import { ticketKey } from '../model/ticket.ts';
import { zonedDate } from '../model/zone.ts';
import { showAlerts } from './alerts.ts';
import type { FlowDeps } from './deps.ts';

/** From here on a message reads as if they want more. */
const WANTS_MORE = 0.6;
/** How long answers to alerts are remembered. */
const REMEMBERED_DAYS = 180;
const QUOTES = 2;

/**
 * Looks at all accounts, or at those with something new since `touchedSince`. The risk to leave is learned when all
 * are looked at, from those that left. Safe to run again at any time: one alert an account and reason.
 */
export async function watchAccounts(deps: FlowDeps, touchedSince: Date | null = null): Promise<void> {
  await deps.withKey('accounts', async () => {
    const { store, clock, settings } = deps;
    const now = clock.now();
    const rows = await store.accountSignals(now, touchedSince);
    const left = touchedSince ? null : rows.filter((row) => row.left).length;
    const model = touchedSince
      ? null
      : learnChurn(
          rows.map((row) => ({ signals: row, left: row.left })),
          { enough: settings.alerts.churned, monthly: await store.monthlyChurn(now) },
        );
    const day = zonedDate(now, settings.workspace.timeZone, 0);
    const answers = await store.alertAnswers(daysBefore(now, REMEMBERED_DAYS));
    for (const row of rows.filter((one) => !one.left)) {
      const health = healthOf(row);
      const risk = model && churnRisk(model, row);
      // The risk that was learned in the night stands for the day.
      await store.saveHealth({ accountId: row.accountId, day, ...health, ...(!touchedSince && { risk }) });
      await warn(deps, row, health, { risk, model, left, answers });
      await hintAtMore(deps, row, answers);
    }
    await showAlerts(deps);
  });
}

interface Learned {
  risk: number | null;
  model: ChurnModel | null;
  /** Accounts that have left; null: not counted. */
  left: number | null;
  answers: AlertAnswers[];
}

async function warn(deps: FlowDeps, row: AccountRow, health: Health, learned: Learned): Promise<void> {
  const { store, clock, settings } = deps;
  if (!isAtRisk({ ...health, risk: learned.risk }, settings.alerts.atRisk)) return;
  const reason = await reasonFor(deps, row, health.reasons, { kind: 'risk', answers: learned.answers });
  if (!reason) return;
  await store.insertAlert({
    kind: 'risk',
    accountId: row.accountId,
    reason: reason.name,
    strength: reason.strength,
    title: `${row.name} may leave`,
    body: await bodyOf(deps, row, health, learned),
    createdAt: clock.now(),
  });
  deps.log.info({ accountId: row.accountId, reason: reason.name }, 'an account is at risk');
}

/** The reason to raise an alert of this kind for now; null: none. */
async function reasonFor<T extends { name: string; strength: number }>(
  { store, clock, settings }: FlowDeps,
  { accountId }: AccountRow,
  reasons: T[],
  { kind, answers }: { kind: 'risk' | 'expansion'; answers: AlertAnswers[] },
): Promise<T | null> {
  const now = clock.now();
  const rows = await store.alertsAbout({ accountId }, daysBefore(now, REMEMBERED_DAYS));
  const earlier = rows.filter((row) => row.kind === kind).map((row) => ({ ...row, at: row.createdAt }));
  return reasonToAlert(reasons, earlier, { now, everyDays: settings.alerts.everyDays, answers });
}

async function bodyOf(
  { store, settings }: FlowDeps,
  row: AccountRow,
  { health, reasons }: Health,
  { risk, model, left }: Learned,
): Promise<AlertBody> {
  const enough = settings.alerts.churned;
  const facts = [
    { label: 'Health', value: `${Math.round(health)} of 100` },
    ...contractOf(row),
    ...(risk !== null && model
      ? [
          {
            label: 'Risk to leave',
            value: `${Math.round(risk * 100)} % within 30 days, learned from ${model.left} that left`,
          },
        ]
      : left !== null && left < enough
        ? [{ label: 'Risk to leave', value: `not learned yet: ${left} of ${enough} accounts have left` }]
        : []),
  ];
  return {
    reasons: reasons.map(({ text }) => text),
    facts,
    quotes: await quotesOf(store, row.accountId),
    article: null,
  };
}

/** What they have and pay, as far as it is known. */
function contractOf({ plan, mrr }: AccountRow): AlertBody['facts'] {
  return [
    ...(plan ? [{ label: 'Plan', value: plan }] : []),
    ...(mrr ? [{ label: 'Revenue', value: monthly(mrr) }] : []),
  ];
}

async function quotesOf(store: FlowDeps['store'], accountId: number): Promise<AlertBody['quotes']> {
  const words = await store.lastWords(accountId, QUOTES);
  return words.map(({ text, name, ticketId }) => ({
    text,
    label: [name, ticketKey(ticketId)].filter(Boolean).join(' · '),
  }));
}

/** Tells sales of an account that may want more, where there is a channel for it. */
async function hintAtMore(deps: FlowDeps, row: AccountRow, answers: AlertAnswers[]): Promise<void> {
  const { store, clock, settings } = deps;
  if (!settings.channels.sales || row.expansion < WANTS_MORE) return;
  const hint = { name: 'expansion', strength: row.expansion };
  if (!(await reasonFor(deps, row, [hint], { kind: 'expansion', answers }))) return;
  await store.insertAlert({
    kind: 'expansion',
    accountId: row.accountId,
    reason: hint.name,
    strength: hint.strength,
    title: `${row.name} may want more`,
    body: {
      reasons: ['A message of theirs asks for more than they have: seats, a plan, or another product.'],
      facts: contractOf(row),
      quotes: await quotesOf(store, row.accountId),
      article: null,
    },
    createdAt: clock.now(),
  });
}
