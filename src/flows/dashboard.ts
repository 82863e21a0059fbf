// The dashboard: the digest's numbers over any period and any part of the tickets, and the tickets behind them.
import { digestCharts } from '../cards/digest-charts.ts';
import { leadText } from '../cards/digest-words.ts';
import { addDays, daysBetween, localTime } from '../insights/calendar.ts';
import { spanOf } from '../insights/digest-period.ts';
import { isAtRisk, LIKELY } from '../insights/health.ts';
import {
  type Dashboard,
  type DashboardQuery,
  type Drill,
  LONGEST_PERIOD,
  NONE,
  type Signals,
  type TicketLine,
  type TicketSlice,
} from '../model/dashboard.ts';
import type { ClusterRow, Digest, DigestPeriod, Span } from '../model/digest.ts';
import { AppError } from '../model/errors.ts';
import { agentByEmail } from './agents.ts';
import type { FlowDeps } from './deps.ts';
import { digestTimes, healthDays, studyPeriod } from './digest.ts';

type Deps = Pick<FlowDeps, 'store' | 'settings' | 'taxonomy' | 'clock'>;
type Asked = TicketSlice & { from?: string; to?: string };

/** Days shown when none are named: four weeks, up to today. */
const USUAL_DAYS = 28;
/** A health that every account is under. */
const ALL = 101;
/** Accounts and wishes of the page about them. */
const SIGNALS_SHOWN = 100;

/** Everything that the page shows at once. AppError `invalid` for a period that cannot be. */
export async function makeDashboard(deps: Deps, asked: Asked): Promise<Dashboard> {
  const { store, settings, taxonomy } = deps;
  const { query, period, slice } = resolve(deps, asked);
  const [{ digest, rows, autonomy }, choices] = await Promise.all([
    studyPeriod(deps, period, slice),
    store.sliceChoices(),
  ]);
  const since = rows.since && localTime(rows.since, period.timeZone).day;
  // Of days before the records nothing is known, not even that they were empty.
  const days = digest.days.filter(({ day }) => since !== null && day >= since);
  const { volume, response, share } = digestCharts({ ...digest, days });
  const whole = Object.values(slice).every((condition) => condition === undefined);
  return {
    query,
    timeZone: period.timeZone,
    now: digest.now,
    since,
    lead: leadText(digest),
    normal: normalText(digest),
    volume: digest.volume,
    response: digest.response,
    resolved: digest.resolved,
    due: digest.due,
    backlog: digest.backlog,
    answered: digest.answered,
    saved: digest.saved,
    cost: digest.cost,
    changes: digest.changes,
    charts: { volume, response, share },
    days,
    themes: digest.themes,
    clusters: rows.clusters.filter((row) => row.kind !== 'feature_request' && isShared(row)),
    requests: { ...digest.requests, clusters: digest.requests.clusters.filter(isShared) },
    gaps: digest.gaps,
    atRisk: digest.atRisk,
    // Companies that left, and messages of ours, are counted whole, whatever tickets were about.
    left: whole ? digest.left : [],
    recovered: whole ? digest.recovered : [],
    outreach: (whole && digest.outreach) || null,
    autonomy: autonomy.filter(({ category }) => !slice.category || slice.category === category),
    choices: {
      ...choices,
      agents: [...new Set([...settings.agents.map(({ name }) => name), ...choices.agents])].sort(),
      categories: [
        ...taxonomy.categories.map(({ id, name }) => ({ id, name })),
        { id: NONE, name: 'Not sorted yet' },
      ],
    },
  };
}

/** How every account fares at the end of the period, or one by its name, and what was wished for or hard to find in the period. */
export async function makeSignals(deps: Deps, asked: Asked & Pick<Drill, 'account'>): Promise<Signals> {
  const { store, clock, settings } = deps;
  const { query, period, slice } = resolve(deps, asked);
  const now = clock.now();
  const span = spanOf(period);
  const [accounts, requests, friction] = await Promise.all([
    store.accountsByHealth(healthDays(deps, period), {
      below: ALL,
      likely: LIKELY,
      limit: SIGNALS_SHOWN,
      plan: slice.plan,
      account: asked.account,
    }),
    store.rankedClusters('feature_request', span, SIGNALS_SHOWN),
    store.rankedClusters('friction', span, SIGNALS_SHOWN),
  ]);
  const owner = (address: string | null) => agentByEmail(settings.agents, address)?.name ?? address;
  return {
    query,
    timeZone: period.timeZone,
    now,
    accounts: accounts.map((line) => ({
      ...line,
      owner: owner(line.owner),
      atRisk: isAtRisk(line, settings.alerts.atRisk),
    })),
    requests,
    friction,
  };
}

/** The tickets behind one figure of the dashboard, newest first. */
export async function ticketsBehind(
  deps: Deps,
  asked: Asked,
  drill: Drill,
  page: { limit: number; skip?: number },
): Promise<{ total: number; tickets: TicketLine[]; timeZone: string }> {
  const { period, slice } = resolve(deps, asked);
  const { timeZone } = period;
  const span: Span = drill.day ? spanOf({ first: drill.day, last: drill.day, timeZone }) : spanOf(period);
  const found = await deps.store.ticketsBehind(drill, slice, { span, now: deps.clock.now(), ...page });
  return { ...found, timeZone };
}

/** One report is no pattern yet. */
function isShared({ reports, before }: ClusterRow): boolean {
  return reports + before > 1;
}

function resolve({ settings, clock }: Deps, asked: Asked) {
  const { from, to, category, plan, channel, priority, agent } = asked;
  const slice: TicketSlice = { category, plan, channel, priority, agent };
  const { timeZone } = digestTimes(settings);
  const last = to ?? localTime(clock.now(), timeZone).day;
  const first = from ?? addDays(last, 1 - USUAL_DAYS);
  if (first > last) throw new AppError('invalid', `from: ${first} must not be after to, which is ${last}`);
  if (daysBetween(first, last) >= LONGEST_PERIOD)
    throw new AppError(
      'invalid',
      `from: ${first} to ${last} is longer than ${LONGEST_PERIOD} days; ask for less`,
    );
  const query: DashboardQuery = { ...slice, from: first, to: last };
  const period: DigestPeriod = { kind: 'daily', first, last, timeZone };
  return { query, period, slice };
}

/** What is compared with, in words. */
function normalText({ period: { first, last }, volume: { normal } }: Digest): string {
  if (!normal) return 'What is normal is not known yet: the records do not reach far enough back.';
  const weeks = Math.ceil((daysBetween(first, last) + 1) / 7);
  const apart = Array.from({ length: normal.spans }, (_, n) => String(weeks * (n + 1)));
  const words = new Intl.ListFormat('en').format(apart);
  const which = `the same weekdays ${words} ${words === '1' ? 'week' : 'weeks'} earlier`;
  return normal.spans === 1 ? `Normal is the number of ${which}.` : `Normal is the mean of ${which}.`;
}
