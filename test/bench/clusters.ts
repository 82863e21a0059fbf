// Clusters: the time of one message among many, and a simulated year with planted incidents.
import { createClusterIndex, JOIN } from '../../src/engine/local/clustering.ts';
import { signaturesOf, weighTerms } from '../../src/engine/local/fingerprint.ts';
import { seeded } from '../../src/engine/local/linear.ts';
import { joined, profileOf } from '../../src/engine/local/profiles.ts';
import { surgeOf } from '../../src/insights/surge.ts';
import type { ClusterProfile } from '../../src/model/cluster.ts';
import { type Figure, ms, percentile } from './figures.ts';
import { createMessageSource } from './messages.ts';

const DIMENSIONS = 512;
const DAY_MS = 86_400_000;
/** The rules of the default configuration. */
const RULES = { customers: 5, days: 7, growth: 4, chance: 0.001, baselineDays: 28 };
const CATEGORIES = 20;

interface Arrival {
  at: number;
  text: string;
  category: string;
  kind: 'bug' | 'question';
  incident: number | null;
}

interface Known {
  profile: ClusterProfile;
  members: Arrival[];
  told: boolean;
}

/** Time of one message once `sizes` messages have come, nearly all of them different. */
export async function measureClusterTime(sizes: readonly number[], seed: number): Promise<Figure[]> {
  const source = await createMessageSource(seed, 'clusters');
  const random = seeded(seed);
  const world = createWorld();
  const figures: Figure[] = [];
  const last = sizes.at(-1) ?? 0;
  let times: number[] = [];
  for (let n = 1; n <= last; n += 1) {
    const { text } = source.next();
    const profile = describe(
      { at: n * 1_000, text, category: `c${n % CATEGORIES}`, kind: 'question', incident: null },
      random,
    );
    const started = performance.now();
    world.take(profile, { at: n * 1_000, text, category: '', kind: 'question', incident: null });
    times.push(performance.now() - started);
    if (!sizes.includes(n)) {
      if (times.length > 500) times = times.slice(-500);
      continue;
    }
    figures.push({
      name: `finding and updating a message's cluster at ${n.toLocaleString('en')} messages`,
      value: `p50 ${ms(percentile(times, 0.5))}, p95 ${ms(percentile(times, 0.95))}`,
    });
  }
  return figures;
}

/**
 * Background traffic with bugs of its own that nobody else has, and incidents that several customers report within
 * two days in their own words. Every customer writes once. Vectors are hashed words: this measures rules and
 * clustering, not the encoder.
 */
export async function measureYear({
  days,
  perDay,
  seed,
}: {
  days: number;
  perDay: number;
  seed: number;
}): Promise<Figure[]> {
  const { arrivals, incidents } = await simulate({ days, perDay, seed });
  const random = seeded(seed);
  const world = createWorld();
  const delays: { reports: number; hours: number }[] = [];
  const found = new Set<number>();
  let wrong = 0;
  for (const arrival of arrivals) {
    const cluster = world.take(describe(arrival, random), arrival);
    if (cluster.told || !due(cluster, arrivals, arrival)) continue;
    cluster.told = true;
    const [incident, reports] = mostly(cluster.members);
    if (incident === null || reports * 2 < cluster.members.length) wrong += 1;
    else if (!found.has(incident)) {
      found.add(incident);
      const all = arrivals.filter((one) => one.incident === incident && one.at <= arrival.at);
      delays.push({ reports: all.length, hours: (arrival.at - (all[0]?.at ?? arrival.at)) / 3_600_000 });
    }
  }
  const reports = delays.map((delay) => delay.reports);
  const hours = delays.map((delay) => delay.hours);
  return [
    {
      name: `planted incidents that engineers are told of, ${days} days with ${perDay} messages each`,
      value: `${found.size} of ${incidents}`,
    },
    {
      name: 'reports until they are told',
      value: `p50 ${percentile(reports, 0.5)}, p90 ${percentile(reports, 0.9)}`,
    },
    {
      name: 'hours until they are told',
      value: `p50 ${percentile(hours, 0.5).toFixed(1)}, p90 ${percentile(hours, 0.9).toFixed(1)}`,
    },
    { name: 'false bug cards a week', value: (wrong / (days / 7)).toFixed(2) },
  ];
}

/** The index with what the database would hold. */
function createWorld() {
  const index = createClusterIndex(DIMENSIONS);
  const known = new Map<number, Known>();
  let next = 0;
  return {
    take(profile: ClusterProfile, arrival: Arrival): Known {
      const at = new Date(arrival.at);
      const [best] = index.nearest(profile, 1, at);
      const before = best && best.score >= JOIN ? known.get(best.id) : undefined;
      const id = best && before ? best.id : next++;
      const cluster = before ?? { profile, members: [], told: false };
      if (before) before.profile = joined(before.profile, profile);
      cluster.members.push(arrival);
      known.set(id, cluster);
      index.set(
        id,
        cluster.profile,
        cluster.members.slice(-8).map((member) => new Date(member.at)),
      );
      return cluster;
    },
  };
}

/** The rules by which flows confirm a bug, on rows in memory. */
function due({ members }: Known, arrivals: Arrival[], now: Arrival): boolean {
  const bugs = members.filter(({ kind }) => kind === 'bug').length;
  if (bugs * 2 <= members.length) return false;
  const within = (days: number) => members.filter(({ at }) => now.at - at < days * DAY_MS).length;
  if (within(RULES.days) >= RULES.customers) return true;
  const today = within(1);
  if (today < RULES.growth) return false;
  const baseline = Math.min(
    RULES.baselineDays,
    Math.max(1, (now.at - (arrivals[0]?.at ?? now.at)) / DAY_MS - 1),
  );
  const before = arrivals.filter(
    ({ at, kind, category }) =>
      kind === 'bug' &&
      category === now.category &&
      at < now.at - DAY_MS &&
      at >= now.at - (baseline + 1) * DAY_MS,
  ).length;
  return surgeOf(today, 1, before, baseline).chance < RULES.chance;
}

function mostly(members: Arrival[]): [number | null, number] {
  const counts = new Map<number, number>();
  for (const { incident } of members)
    if (incident !== null) counts.set(incident, (counts.get(incident) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a)[0] ?? [null, 0];
}

/** A report with hashed words for a vector; one category in five is taken for another. */
function describe({ text, category, kind }: Arrival, random: () => number): ClusterProfile {
  const terms = weighTerms(null, text);
  const vector = new Float32Array(DIMENSIONS);
  for (const term of Object.keys(terms)) {
    let hash = 0x811c9dc5;
    for (let i = 0; i < term.length; i += 1) hash = Math.imul(hash ^ term.charCodeAt(i), 0x01000193);
    vector[(hash >>> 0) % DIMENSIONS] = 1;
  }
  const length = Math.hypot(...vector) || 1;
  const seen = random() < 0.8 ? category : `c${Math.floor(random() * CATEGORIES)}`;
  return profileOf({
    kind,
    fault: kind === 'bug' ? 0.8 : 0.15,
    categories: { [seen]: 0.8 },
    vector: vector.map((value) => value / length),
    terms,
    signatures: kind === 'bug' ? signaturesOf(text) : [],
  });
}

const THINGS = [
  'report export',
  'calendar sync',
  'photo upload',
  'invoice mail',
  'login link',
  'route map',
  'booking page',
  'payment terminal',
  'job list',
  'time sheet',
  'SMS reminder',
  'price list',
];
const FAULTS = [
  'stops half way',
  'shows an empty page',
  'ends with an error',
  'is slower every hour',
  'loses the last entry',
  'counts everything twice',
];
const WAYS = [
  'Since this morning the {thing} {fault}.',
  'Our {thing} {fault}, what is going on?',
  'The {thing} {fault} for all of us here.',
  '{thing} again: it {fault}. We cannot work like that.',
  'Help please! The {thing} {fault}{code}',
  'I tried three times, the {thing} {fault}{code}',
];

async function simulate({ days, perDay, seed }: { days: number; perDay: number; seed: number }) {
  const source = await createMessageSource(seed, 'year');
  const random = seeded(seed + 1);
  const pick = (list: string[]) => list[Math.floor(random() * list.length)] ?? '';
  const start = Date.parse('2026-01-05T00:00:00Z');
  const arrivals: Arrival[] = [];
  for (let day = 0; day < days; day += 1)
    for (let i = 0; i < perDay; i += 1)
      arrivals.push({
        at: start + (day + random()) * DAY_MS,
        text: source.next().text,
        category: `c${Math.floor(random() * CATEGORIES)}`,
        kind: random() < 0.2 ? 'bug' : 'question',
        incident: null,
      });
  const incidents = Math.floor(days / 12);
  for (let incident = 0; incident < incidents; incident += 1) {
    // No pair of the two comes twice in a year.
    const thing = THINGS[incident % THINGS.length] ?? '';
    const fault = FAULTS[(incident + Math.floor(incident / THINGS.length)) % FAULTS.length] ?? '';
    const code = random() < 0.5 ? ` (ERR-${1_000 + incident})` : '';
    const category = `c${THINGS.indexOf(thing)}`;
    const from = start + (14 + incident * 12 * ((days - 14) / days) + random() * 3) * DAY_MS;
    const reports = 6 + Math.floor(random() * 12);
    for (let i = 0; i < reports; i += 1) {
      const words = pick(WAYS).replace('{thing}', thing).replace('{fault}', fault).replace('{code}', code);
      const own = random() < 0.5 ? ` ${source.next().text.split(' ').slice(0, 12).join(' ')}` : '';
      arrivals.push({
        at: from + random() * 2 * DAY_MS,
        text: words + own,
        category,
        kind: random() < 0.8 ? 'bug' : 'question',
        incident,
      });
    }
  }
  return { arrivals: arrivals.sort((a, b) => a.at - b.at), incidents };
}
