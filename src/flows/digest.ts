// Digests: makes one from what the database counted, and posts each once per channel, whoever dies when.
import { type DigestCards, digestCards } from '../cards/digest.ts';
import { type ChartName, digestCharts } from '../cards/digest-charts.ts';
import { digestFacts } from '../cards/digest-facts.ts';
import { addDays, isDay, localTime } from '../insights/calendar.ts';
import { dayRow, sumDays } from '../insights/day-figures.ts';
import { chartSpan, composeDigest } from '../insights/digest.ts';
import {
  comparedSpans,
  type DigestTimes,
  digestKey,
  digestOf,
  dueDigests,
  latestDigest,
  postedKey,
  spanOf,
} from '../insights/digest-period.ts';
import { LIKELY, WELL } from '../insights/health.ts';
import { writtenFirst } from '../insights/outreach.ts';
import type { Autonomy, TicketSlice } from '../model/dashboard.ts';
import {
  DIGEST_KINDS,
  type Digest,
  type DigestKind,
  type DigestPeriod,
  type DigestRows,
} from '../model/digest.ts';
import { errorText } from '../model/errors.ts';
import type { ActionReply, Place } from '../model/platform.ts';
import { together } from '../model/together.ts';
import { notice } from './answers.ts';
import { autonomyOf } from './autonomy.ts';
import { figuresOfDays } from './day-figures.ts';
import type { FlowDeps } from './deps.ts';
import { parseTarget } from './route.ts';
import { showCard } from './show-card.ts';
import { categoryName } from './view.ts';

type DigestDeps = Pick<
  FlowDeps,
  | 'store'
  | 'settings'
  | 'taxonomy'
  | 'publicUrl'
  | 'clock'
  | 'log'
  | 'platforms'
  | 'withKey'
  | 'drawChart'
  | 'holidaysOf'
  | 'writer'
>;
/** What the numbers alone need. */
type NumbersDeps = Pick<DigestDeps, 'store' | 'settings' | 'taxonomy' | 'clock'>;

/** Where digests go when nothing is configured. */
const DEFAULT_TARGETS = ['console:digests'];
/** Last of the posts in a digest's thread: the digest is complete and is not looked at again. */
const COMPLETE = 'complete';
/** Health is written every night; what is older than these days is of a bot that was away. */
const FRESH_DAYS = 2;
/** Companies with a low health that are told of, at most. */
const FRAIL_SHOWN = 20;

/** Counts and compares everything that a digest of this period tells. */
export async function makeDigest(deps: NumbersDeps, period: DigestPeriod): Promise<Digest> {
  return (await studyPeriod(deps, period)).digest;
}

/** The same of all tickets or a part of them, with what it was made from. */
export async function studyPeriod(
  deps: NumbersDeps,
  period: DigestPeriod,
  slice: TicketSlice = {},
): Promise<{ digest: Digest; rows: DigestRows; autonomy: Autonomy[] }> {
  const now = deps.clock.now();
  const [rows, autonomy] = await Promise.all([countPeriod(deps, period, slice, now), autonomyOf(deps)]);
  const digest = composeDigest(period, rows, {
    now,
    rates: deps.settings.digest,
    nameOf: (category) => (category === null ? 'Not sorted yet' : categoryName(deps, category)),
    promotions: promotionsOf(autonomy),
  });
  return { digest, rows, autonomy };
}

async function countPeriod(
  deps: NumbersDeps,
  period: DigestPeriod,
  slice: TicketSlice,
  now: Date,
): Promise<DigestRows> {
  const { store } = deps;
  const { timeZone } = period;
  const span = spanOf(period);
  // A period that is not over is compared with as much of the earlier ones.
  const ahead = Math.max(0, span.to.getTime() - now.getTime());
  const [, ...earlier] = comparedSpans(period);
  const { days, before, outreach, ...counted } = await together({
    days: figuresOfDays(deps, spanOf(chartSpan(period)), { timeZone, slice }),
    before: Promise.all(
      earlier.map(async ({ from, to }) => {
        const shortened = { from, to: new Date(to.getTime() - ahead) };
        return sumDays(await figuresOfDays(deps, shortened, { timeZone, slice }));
      }),
    ),
    since: store.firstTicketAt(),
    backlog: store.backlog(now, slice),
    clusters: store.clustersIn(span, slice),
    requested: store.requestsIn(span, slice),
    gaps: store.gapsIn(span, slice),
    leaving: store.leavingIn(span, slice),
    frail: store.accountsByHealth(healthDays(deps, period), {
      below: deps.settings.alerts.atRisk,
      likely: LIKELY,
      limit: FRAIL_SHOWN,
      plan: slice.plan,
    }),
    left: store.leftIn(span),
    recovered: store.recoveredIn(period, WELL),
    modelCost: store.modelCostIn(period, slice),
    outreach: store.outreachFigures(span),
  });
  return {
    ...counted,
    spans: [sumDays(days.filter(({ day }) => day >= period.first)), ...before],
    days: days.map(dayRow),
    outreach: writtenFirst(outreach),
  };
}

/** Days of which the newest recorded health counts: up to the night after the period, or today. */
export function healthDays(
  { clock, settings }: Pick<NumbersDeps, 'clock' | 'settings'>,
  period: Pick<DigestPeriod, 'last'>,
): { first: string; last: string } {
  const { day } = localTime(clock.now(), settings.workspace.timeZone);
  const [last = day] = [addDays(period.last, 1), day].sort();
  return { first: addDays(last, -FRESH_DAYS), last };
}

/** Categories in which a person still sends everything though outcomes prove that the bot may. */
function promotionsOf(autonomy: Autonomy[]): Digest['promotions'] {
  return autonomy.flatMap(({ category, name, mode, reviewed, threshold }) =>
    mode === 'auto' || threshold === null ? [] : [{ category, name, mode, reviewed, threshold }],
  );
}

/** Draws a digest with its pictures; a chart that cannot be drawn is left out. */
export async function drawDigest(
  deps: Pick<DigestDeps, 'drawChart' | 'publicUrl' | 'log'>,
  digest: Digest,
): Promise<DigestCards> {
  const pictures: Partial<Record<ChartName, Uint8Array>> = {};
  const charts = digestCharts(digest);
  for (const name of ['volume', 'response', 'share', 'themes'] as const) {
    const spec = charts[name];
    if (!spec) continue;
    try {
      pictures[name] = await deps.drawChart(spec.chart);
    } catch (error) {
      deps.log.warn({ chart: name, reason: errorText(error) }, 'a chart could not be drawn');
    }
  }
  return digestCards(digest, { pictures, publicUrl: deps.publicUrl });
}

/**
 * Posts the digest of a period where it is not complete yet. Throws the first failure of a place, as the platform
 * classified it; calling again does the rest.
 */
export async function postDigest(deps: DigestDeps, period: DigestPeriod, places: Place[]): Promise<void> {
  const key = postedKey(period, deps.clock.now());
  const open = await openUnder(deps, key, places);
  if (open.length === 0) return;
  const digest = await makeDigest(deps, period);
  const prose = await deps.writer?.digest(digestFacts(digest));
  const { card, thread } = await drawDigest(deps, prose ? { ...digest, prose } : digest);
  await showCard(deps, { key, places: open, card, thread });
  for (const row of await deps.store.postedCards(key))
    if (open.some(({ platform, channel }) => row.platform === platform && row.channel === channel))
      await deps.store.updatePostedCard(row.id, { thread: [...row.thread, COMPLETE] });
}

/** Places where the digest of this period, as far as it is over, does not stand whole yet. */
export async function openPlaces(
  deps: Pick<DigestDeps, 'store' | 'clock'>,
  period: DigestPeriod,
  places: Place[],
): Promise<Place[]> {
  return openUnder(deps, postedKey(period, deps.clock.now()), places);
}

async function openUnder(
  { store }: Pick<DigestDeps, 'store'>,
  key: string,
  places: Place[],
): Promise<Place[]> {
  const rows = await store.postedCards(key);
  const isComplete = ({ platform, channel }: Place) =>
    rows.some((row) => row.platform === platform && row.channel === channel && row.thread.includes(COMPLETE));
  return places.filter((place) => !isComplete(place));
}

/** Where digests are posted. */
export function digestPlaces({ settings }: Pick<DigestDeps, 'settings'>): Place[] {
  return digestTargets(settings).map(parseTarget);
}

const digestTargets = (settings: DigestDeps['settings']) => settings.channels.digests ?? DEFAULT_TARGETS;

/** When the channel `target` (`slack:C0MANAGERS`) gets its digests; without one, the usual times. */
export function digestTimes(
  settings: DigestDeps['settings'],
  target?: string,
): DigestTimes & { holidays: string | null } {
  const { digest, workspace } = settings;
  const own = (target && digest.channels[target]) || {};
  const { at, timeZone, days, holidays, daily, weekly, monthly } = { ...digest, ...own };
  return {
    at,
    timeZone: timeZone ?? workspace.timeZone,
    days,
    daily,
    weekly: weekly || null,
    monthly,
    holidays: holidays ?? null,
  };
}

/**
 * Posts the digests that are due and do not stand yet; what was missed is made up for until the day is over. A
 * workspace without any history gets none. A failure is logged and tried again at the next tick.
 */
export async function postDueDigests(deps: DigestDeps): Promise<void> {
  const { settings, clock, log, store } = deps;
  for (const target of digestTargets(settings)) {
    const times = digestTimes(settings, target);
    const due = dueDigests(times, clock.now(), await calendarOf(deps, times));
    for (const period of due) {
      const since = await store.firstTicketAt();
      if (!since || since >= spanOf(period).to) continue;
      await postDigest(deps, period, [parseTarget(target)]).catch((error: unknown) =>
        log.warn({ digest: digestKey(period), target, reason: errorText(error) }, 'digest not posted yet'),
      );
    }
  }
}

/** The period of the newest digest of a kind: the one that was due last, or would have been. */
export async function newestPeriod(
  deps: Pick<DigestDeps, 'settings' | 'clock' | 'holidaysOf' | 'log'>,
  kind: DigestKind,
): Promise<DigestPeriod> {
  const times = digestTimes(deps.settings);
  const { day } = localTime(deps.clock.now(), times.timeZone);
  return latestDigest(kind, times, day, await calendarOf(deps, times));
}

/** Which days are holidays, around now. Without the country's calendar no day is one. */
async function calendarOf(
  { clock, holidaysOf, log }: Pick<DigestDeps, 'clock' | 'holidaysOf' | 'log'>,
  { holidays, timeZone }: { holidays: string | null; timeZone: string },
): Promise<(day: string) => boolean> {
  if (!holidays) return () => false;
  const year = Number(localTime(clock.now(), timeZone).day.slice(0, 4));
  try {
    const years = await Promise.all([year - 1, year].map((each) => holidaysOf(holidays, each)));
    return (day) => years.some((days) => days.has(day));
  } catch (error) {
    log.warn({ holidays, reason: errorText(error) }, 'holidays are not known; digests come on them, too');
    return () => false;
  }
}

/** `/deskhand digest [daily|weekly|monthly|DAY]`: its first screen, for whoever asks. */
export async function digestCommand(deps: DigestDeps, argument: string): Promise<ActionReply> {
  const wanted = argument.trim().toLowerCase() || 'daily';
  const kind = DIGEST_KINDS.find((one) => one === wanted);
  if (!kind && !isDay(wanted))
    return notice(
      `There is no digest "${argument}"; say ${DIGEST_KINDS.join(', ')} or a day such as 2026-03-02.`,
      false,
    );
  const period = kind
    ? await newestPeriod(deps, kind)
    : digestOf('daily', wanted, digestTimes(deps.settings).timeZone);
  const { card } = await drawDigest(deps, await makeDigest(deps, period));
  return { kind: 'card', card };
}
