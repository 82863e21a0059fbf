// A simulated year of messages with planted incidents: how soon engineers are told, and how often for nothing.
import { yamlSchema } from '../../src/config/schema.ts';
import { createClusterIndex, FAULTY, JOIN, kindOf } from '../../src/engine/local/clustering.ts';
import { seeded } from '../../src/engine/local/linear.ts';
import { joined, most, profileOf } from '../../src/engine/local/profiles.ts';
import { BASELINE_DAYS, isToldAgain, reasonToTell } from '../../src/insights/bug-rules.ts';
import type { ClusterProfile, Fingerprint } from '../../src/model/cluster.ts';
import { type Figure, percentile } from './figures.ts';
import { incidentReports } from './incidents.ts';

const DAY_MS = 86_400_000;
/** Those of the default configuration. */
const RULES = yamlSchema.parse({}).clusters;
/** Members whose times the index is told. */
const LATEST = 16;
/** Days between two incidents, and for how long reports of one come in. */
const EVERY_DAYS = 12;
const LASTS_DAYS = 2;
/** Days without incidents at the start, so that there is something to compare with. */
const CALM_DAYS = 14;

/** What a message is compared by, read by the real engine. */
type Reader = (texts: string[]) => Promise<Fingerprint[]>;

interface Arrival {
  at: number;
  print: Fingerprint;
  /** Which planted incident it reports; null: it has its own reasons. */
  incident: number | null;
}

interface Cluster {
  profile: ClusterProfile;
  members: Arrival[];
  /** When engineers were told last. */
  told: number | null;
}

/**
 * Background messages are drawn from `pool`, at random times; every one is from another customer. Every twelve days
 * 6 to 17 customers report an incident within two days, each in words of their own. Both are read by `read`. Clusters
 * are found, merged and confirmed by the bot's own functions, on rows in memory; no message is a P1. A card that is mostly about no
 * incident is false, although some of them are of messages that do say the same.
 */
export async function measureYear(
  { days, perDay, seed }: { days: number; perDay: number; seed: number },
  pool: string[],
  read: Reader,
): Promise<Figure[]> {
  const random = seeded(seed);
  const start = Date.parse('2026-01-05T00:00:00Z');
  const known = await read(pool);
  const arrivals: Arrival[] = [];
  for (let i = 0; i < days * perDay; i += 1) {
    const print = known[Math.floor(random() * known.length)];
    if (print) arrivals.push({ at: start + random() * days * DAY_MS, print, incident: null });
  }
  const planted = Math.floor((days - CALM_DAYS - LASTS_DAYS) / EVERY_DAYS);
  for (let incident = 0; incident < planted; incident += 1) {
    const from = start + (CALM_DAYS + incident * EVERY_DAYS) * DAY_MS;
    const reports = incidentReports(incident, 6 + Math.floor(random() * 12), random);
    for (const print of await read(reports))
      arrivals.push({ at: from + random() * LASTS_DAYS * DAY_MS, print, incident });
  }
  arrivals.sort((a, b) => a.at - b.at);
  const { delays, falseCards, milliseconds } = live(arrivals);
  const reports = delays.map((delay) => delay.reports);
  const hours = delays.map((delay) => delay.hours);
  return [
    {
      name: `incidents that engineers are told of, ${days} days with ${perDay} messages each`,
      value: `${delays.length} of ${planted}`,
    },
    {
      name: 'reports of an incident until they are told',
      value: `p50 ${percentile(reports, 0.5)}, p90 ${percentile(reports, 0.9)}`,
    },
    {
      name: 'hours from its first report until they are told',
      value: `p50 ${percentile(hours, 0.5).toFixed(1)}, p90 ${percentile(hours, 0.9).toFixed(1)}`,
    },
    { name: 'bug cards a week that are about no incident', value: (falseCards / (days / 7)).toFixed(2) },
    {
      name: 'clustering of a message, merging included',
      value: `${(milliseconds / arrivals.length).toFixed(1)} ms`,
    },
  ];
}

/** Lets the messages arrive one by one. */
function live(arrivals: Arrival[]) {
  const index = createClusterIndex(arrivals[0]?.print.vector.length ?? 0);
  const clusters = new Map<number, Cluster>();
  const bugs = new Map<string, number[]>();
  const delays: { reports: number; hours: number }[] = [];
  const found = new Set<number>();
  const changed = new Set<number>();
  let falseCards = 0;
  let next = 0;
  let night = 0;
  const started = performance.now();

  function keep(id: number, cluster: Cluster): void {
    clusters.set(id, cluster);
    changed.add(id);
    const times = cluster.members.map(({ at }) => at).sort((a, b) => a - b);
    index.set(
      id,
      cluster.profile,
      times.slice(-LATEST).map((at) => new Date(at)),
    );
  }

  function merge(ids: Iterable<number>): void {
    for (const from of ids) {
      const home = index.home(from);
      const [leaving, staying] = [clusters.get(from), clusters.get(home?.into ?? -1)];
      if (!home || !leaving || !staying || leaving.told !== null) continue;
      clusters.delete(from);
      index.remove(from);
      keep(home.into, {
        profile: joined(staying.profile, leaving.profile),
        members: [...staying.members, ...leaving.members],
        told: staying.told,
      });
    }
  }

  for (const arrival of arrivals) {
    const today = Math.floor(arrival.at / DAY_MS);
    if (today > night) {
      merge(changed);
      changed.clear();
      night = today;
    }
    const category = most(arrival.print.categories) ?? '';
    if (arrival.print.kind === 'bug') bugs.set(category, [...(bugs.get(category) ?? []), arrival.at]);
    const own = profileOf(arrival.print);
    const match = index
      .nearest(own, 6, new Date(arrival.at))
      .find(({ score, fault }) => score >= JOIN && (arrival.print.kind !== 'other' || fault >= FAULTY));
    if (!match && arrival.print.kind === 'other' && arrival.print.fault < FAULTY) continue;
    const before = match && clusters.get(match.id);
    const id = match && before ? match.id : next++;
    const cluster: Cluster = before
      ? { ...before, profile: joined(before.profile, own), members: [...before.members, arrival] }
      : { profile: own, members: [arrival], told: null };
    keep(id, cluster);
    if (cluster.told !== null) merge(index.around(id));
    const current = clusters.get(id) ?? cluster;
    const alike = bugs.get(most(current.profile.categories) ?? '') ?? [];
    if (!isDue(current, arrival.at, alike, arrivals[0]?.at ?? 0)) continue;
    const news = current.members.filter(({ at }) => current.told === null || arrival.at - at < DAY_MS);
    current.told = arrival.at;
    const [incident, reports] = mostly(news);
    if (incident === null || reports * 2 < news.length) falseCards += 1;
    else if (!found.has(incident)) {
      found.add(incident);
      const all = arrivals.filter((one) => one.incident === incident && one.at <= arrival.at);
      const first = all[0]?.at ?? arrival.at;
      delays.push({ reports: all.length, hours: (arrival.at - first) / 3_600_000 });
    }
  }
  return { delays, falseCards, milliseconds: performance.now() - started };
}

/** Whether engineers are told, or told again of what they know. `bugs`: times of the reports of bugs in its category since `first`. */
function isDue({ profile, members, told }: Cluster, now: number, bugs: number[], first: number): boolean {
  const within = (days: number) => members.filter(({ at }) => now - at < days * DAY_MS).length;
  const today = within(1);
  if (told !== null) {
    const baseline = { reports: within(1 + BASELINE_DAYS) - today, days: BASELINE_DAYS };
    return isToldAgain(RULES, { told: new Date(told), now: new Date(now), today, baseline });
  }
  if (kindOf(profile) !== 'bug') return false;
  const to = now - DAY_MS;
  const from = Math.max(first, to - BASELINE_DAYS * DAY_MS);
  const days = (to - from) / DAY_MS;
  const baseline = days < 1 ? null : { reports: bugs.filter((at) => at >= from && at < to).length, days };
  return reasonToTell(RULES, { lately: within(RULES.days), today, baseline, hardError: null }) !== null;
}

/** The incident that most members report, and how many do. */
function mostly(members: Arrival[]): [number | null, number] {
  const counts = new Map<number, number>();
  for (const { incident } of members)
    if (incident !== null) counts.set(incident, (counts.get(incident) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a)[0] ?? [null, 0];
}
