// People's word on what belongs together: reports that are taken out of a cluster, and tickets that are put into one.
import { kindOf } from '../engine/local/clustering.ts';
import { emptyProfile, joined, profileOf } from '../engine/local/profiles.ts';
import type { Member } from '../infra/db/queries/clusters.ts';
import type { Queries } from '../infra/db/queries/index.ts';
import { parseClusterKey } from '../model/cluster.ts';
import { join } from './cluster.ts';
import { upToDate, withClusters } from './cluster-book.ts';
import { confirmIfDue } from './cluster-confirm.ts';
import { merge, rename, spanOf } from './cluster-merge.ts';
import type { FlowDeps } from './deps.ts';
import { reportJoined } from './track.ts';

/** Members that are looked through. */
const ALL = 10_000;

interface Correction {
  by: string;
  at: Date;
}

/** Names one problem of one message in forms. */
export const memberKey = ({ messageId, part }: Pick<Member, 'messageId' | 'part'>) => `${messageId}/${part}`;

/**
 * Takes the chosen members out into a cluster of their own: neither they nor it come back by themselves. Null when
 * none of them is in the cluster, or all are.
 */
export async function takeOut(
  tx: Queries,
  id: number,
  chosen: Set<string>,
  { by, at }: Correction,
): Promise<number | null> {
  const cluster = await tx.getCluster(id);
  const members = await tx.membersOf(id, ALL);
  const leaving = members.filter((member) => chosen.has(memberKey(member)));
  const [first] = leaving;
  if (!cluster?.profile || !first || leaving.length === members.length) return null;
  let theirs = emptyProfile(cluster.profile.vector.length);
  for (const { print } of leaving)
    theirs = print ? joined(theirs, profileOf(print)) : { ...theirs, size: theirs.size + 1 };
  const kind = kindOf(theirs) ?? cluster.kind;
  const opened = await tx.insertCluster(theirs, {
    kind,
    title: cluster.title,
    ...spanOf(...leaving.map((member) => member.at)),
  });
  await tx.moveMembers(id, opened, { by, only: leaving });
  for (const { messageId, part } of leaving)
    await tx.refuseCluster({ messageId, part, clusterId: id, by, at });
  await tx.keepApart(id, opened, by, at);
  const rest = joined(cluster.profile, theirs, -1);
  const staying = members.filter((member) => !chosen.has(memberKey(member)));
  await tx.setClusterSums(id, rest, {
    kind: kindOf(rest) ?? cluster.kind,
    ...spanOf(...staying.map((member) => member.at)),
  });
  await rename(tx, opened);
  await rename(tx, id);
  return opened;
}

/**
 * Somebody linked a ticket to a bug. Where that is a cluster (`C-7`) or the issue of one, the ticket's newest report
 * belongs there from now on, whatever it was taken for, and its customer is told what others of it are told.
 */
export async function putIntoCluster(
  deps: FlowDeps,
  { ticketId, bug, by }: { ticketId: number; bug: string; by: string },
): Promise<void> {
  const { store, clock } = deps;
  const into = await clusterNamed(deps, bug);
  const ticket = await store.getTicket(ticketId);
  const newest = (await store.messagesOf(ticketId)).findLast(({ direction }) => direction === 'inbound');
  if (into === null || !ticket || !newest) return;
  const correction = { by, at: clock.now() };
  const [print] = await deps.engine.fingerprints({ subject: null, text: newest.text }, ticket.analysis);
  await withClusters(deps, async () => {
    await store.transaction(async (tx) => {
      const from = await tx.clusterOfTicket(ticketId);
      if (from !== null) return move(tx, { ticketId, from, into }, correction);
      const member = { messageId: newest.id, part: 0, ticketId, at: newest.at, by };
      return print && join(tx, { id: into, score: 1 }, profileOf(print), print, member);
    });
    await upToDate(deps);
  });
  await reportJoined(deps, { clusterId: into, ticketId, at: newest.at });
  await confirmIfDue(deps, into, ticket);
  await deps.wake.clusters();
}

/** `C-7`, or the address or key of an issue that a cluster has. */
async function clusterNamed({ store, trackers }: FlowDeps, bug: string): Promise<number | null> {
  const own = /^\s*c-/i.test(bug) ? parseClusterKey(bug) : null;
  if (own !== null) {
    const current = await store.currentCluster(own);
    return (await store.getCluster(current)) ? current : null;
  }
  for (const tracker of trackers.values()) {
    const issueId = tracker.idOf(bug);
    const known = issueId === null ? null : await store.clusterOfIssue(tracker.id, issueId);
    if (known !== null) return store.currentCluster(known);
  }
  return null;
}

async function move(
  tx: Queries,
  { ticketId, from, into }: { ticketId: number; from: number; into: number },
  correction: Correction,
): Promise<void> {
  if (from === into) return;
  const members = await tx.membersOf(from, ALL);
  const own = members.filter((member) => member.ticketId === ticketId);
  const leaving =
    own.length === members.length ? from : await takeOut(tx, from, new Set(own.map(memberKey)), correction);
  if (leaving !== null) await merge(tx, leaving, into, correction.by);
}
