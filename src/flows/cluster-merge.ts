// Makes two clusters one, names them, and looks at night for those that grew apart by chance.
import { kindOf } from '../engine/local/clustering.ts';
import { nameCluster, withCode } from '../engine/local/naming.ts';
import { emptyProfile, joined } from '../engine/local/profiles.ts';
import { contentWords } from '../engine/local/retrieval.ts';
import { sentences } from '../engine/local/text.ts';
import type { ClusterRow, Member } from '../infra/db/queries/clusters.ts';
import type { Queries } from '../infra/db/queries/index.ts';
import { publicWords, type Speaker } from '../model/public-words.ts';
import { upToDate, withClusters } from './cluster-book.ts';
import type { FlowDeps } from './deps.ts';
import { reportJoined } from './track.ts';

/** Clusters that are compared before other work gets its turn. */
const TURN = 10;
/** Members that a name is chosen from. */
const NAMED_FROM = 60;
const SHOWN_TO_MODEL = 20;
/** Who has named a cluster, where no person has. */
const MODEL = 'language model';

/** From the earliest to the latest of some times. */
export function spanOf(...times: Date[]): { firstSeen: Date; lastSeen: Date } {
  const numbers = times.map((time) => time.getTime());
  return { firstSeen: new Date(Math.min(...numbers)), lastSeen: new Date(Math.max(...numbers)) };
}

/** Names a cluster after what most members say, unless a person has named it or engineers know it by its issue. */
export async function rename(tx: Queries, clusterId: number): Promise<void> {
  const row = await tx.getCluster(clusterId);
  if (!row || row.titleBy !== null || row.issue !== null) return;
  const members = await tx.membersOf(clusterId, NAMED_FROM);
  const title = nameCluster(
    saidBy(members),
    members.flatMap(({ print }) => (print ? [print] : [])),
  );
  if (title !== row.title) await tx.updateCluster(clusterId, { title });
}

/** What reports are called and say, without personal data. */
function saidBy(members: Member[]): string[] {
  return members.flatMap((member) => [
    ...(member.subject ? [publicWords(member.subject, member)] : []),
    tellingSentence(member),
  ]);
}

/**
 * Has a language model, where there is one, name a cluster that engineers are told of. The local name stays where
 * the model's does not hold, and a person's and that of an issue always. True when it has another name.
 */
export async function renameByModel(
  { store, writer }: Pick<FlowDeps, 'store' | 'writer'>,
  clusterId: number,
): Promise<boolean> {
  const isOurs = (row: ClusterRow | null) => row?.titleBy === null && row.issue === null;
  const row = await store.getCluster(clusterId);
  if (!writer || !row || !isOurs(row)) return false;
  const name = await writer.clusterName(row.title, saidBy(await store.membersOf(clusterId, SHOWN_TO_MODEL)));
  if (name === null) return false;
  const title = withCode(name, Object.entries(row.profile?.signatures ?? {}));
  return store.transaction(async (tx) => {
    // Somebody may have named it while the model was asked.
    if (!isOurs(await tx.getCluster(clusterId))) return false;
    await tx.updateCluster(clusterId, { title, titleBy: MODEL });
    return true;
  });
}

/**
 * The sentence of a report that tells of the problem, as its summary has it, without greeting and without personal
 * data, which is looked for in the whole text, since half a number looks like none.
 */
export function tellingSentence({
  text,
  summary,
  ...speaker
}: Pick<Member, 'text' | 'summary'> & Speaker): string {
  const whole = publicWords(text, speaker);
  const wanted = new Set(contentWords(summary ?? ''));
  const shared = (sentence: string) => contentWords(sentence).filter((word) => wanted.has(word)).length;
  let best = '';
  for (const sentence of sentences(whole)) if (shared(sentence) > shared(best)) best = sentence;
  return best || whole;
}

/**
 * Makes clusters one that grew apart by chance, except those that people said are different: at night all, and while
 * a bug spreads those `around` it. Answers how many were merged. Searching takes turns with other work; only the
 * merging itself holds up who else changes clusters.
 */
export async function mergeClusters(deps: FlowDeps, around?: number): Promise<number> {
  const index = await withClusters(deps, async (current) => current);
  let merged = 0;
  for (const [i, from] of (around === undefined ? index.ids() : index.around(around)).entries()) {
    if (i % TURN === TURN - 1) await new Promise((resolve) => setImmediate(resolve));
    if (index.home(from) && (await mergeHome(deps, from))) merged += 1;
  }
  return merged;
}

async function mergeHome(deps: FlowDeps, from: number): Promise<boolean> {
  const merged = await withClusters(deps, async (index) => {
    const home = index.home(from);
    if (!home || (await deps.store.apartFrom(from)).includes(home.into)) return null;
    const moved = await deps.store.membersOf(from);
    const done = await deps.store.transaction((tx) => merge(tx, from, home.into, null, home.score));
    if (done) await upToDate(deps);
    return done ? { clusterId: home.into, moved } : null;
  });
  for (const { ticketId, at } of merged?.moved ?? [])
    if (merged && ticketId !== null) await reportJoined(deps, { clusterId: merged.clusterId, ticketId, at });
  return merged !== null;
}

/** Moves all members of one cluster to another, which stands for both from then on. False when one of them is gone. */
export async function merge(
  tx: Queries,
  from: number,
  into: number,
  by: string | null,
  score?: number,
): Promise<boolean> {
  const [leaving, staying] = [await tx.getCluster(from), await tx.getCluster(into)];
  if (!leaving || !staying || leaving.mergedInto !== null || staying.mergedInto !== null) return false;
  // What people decided about a cluster does not vanish into another by itself.
  const settled = leaving.status !== 'open' || leaving.titleBy !== null || leaving.issue !== null;
  if (by === null && settled) return false;
  const dimensions = staying.profile?.vector.length ?? leaving.profile?.vector.length ?? 0;
  const profile = joined(
    staying.profile ?? emptyProfile(dimensions),
    leaving.profile ?? emptyProfile(dimensions),
  );
  await tx.moveMembers(from, into, { by, ...(score !== undefined && { score: Math.min(1, score) }) });
  await tx.setClusterSums(from, emptyProfile(dimensions), { status: 'merged', mergedInto: into });
  await tx.setClusterSums(into, profile, {
    kind: kindOf(profile) ?? staying.kind,
    ...spanOf(leaving.firstSeen, leaving.lastSeen, staying.firstSeen, staying.lastSeen),
  });
  // What engineers know of the one they know of both.
  if (leaving.confirmedAt && !staying.confirmedAt && staying.status === 'open') {
    const { status, confirmedAt, confirmedBecause } = leaving;
    await tx.updateCluster(into, { status, confirmedAt, confirmedBecause });
  }
  await tx.moveGaps(from, into);
  if (leaving.issue && !staying.issue) await tx.setClusterIssue(into, leaving.issue, leaving.status);
  await rename(tx, into);
  return true;
}
