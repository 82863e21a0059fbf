// Clusters: each problem that customers tell of joins those who told of it before, or opens a cluster of its own.
import { JOIN, type Match } from '../engine/local/clustering.ts';
import { nameCluster } from '../engine/local/naming.ts';
import { joined, profileOf } from '../engine/local/profiles.ts';
import type { TicketRow } from '../infra/db/queries/conversations.ts';
import type { Queries } from '../infra/db/queries/index.ts';
import { SPAM } from '../model/analysis.ts';
import type { ClusterProfile, Fingerprint } from '../model/cluster.ts';
import type { Message } from '../model/message.ts';
import { upToDate, withClusters } from './cluster-book.ts';
import { confirmIfDue } from './cluster-confirm.ts';
import { kindOf, mergeClusters, rename, spanOf, tellingSentence } from './cluster-merge.ts';
import type { FlowDeps } from './deps.ts';
import { reportJoined } from './track.ts';

/** Tickets in one job; whoever waits for the clusters waits at most for these. */
const BATCH = 25;
/** Candidates that are looked at, since people may have refused the first. */
const CANDIDATES = 6;
const DAY_MS = 86_400_000;
/** Members up to which a cluster is named anew with each. */
const SMALL = 16;
/** `fault` from which a report of no clear kind may join others. */
const FAULTY = 0.5;

/**
 * Compares all understood messages that were not compared yet, in the order of their tickets. Runs behind the
 * cards: nobody waits for it. True when there is more to do.
 */
export async function clusterDue(deps: FlowDeps): Promise<boolean> {
  const due = await deps.store.unclusteredTickets(BATCH);
  for (const ticketId of due) await clusterTicket(deps, ticketId);
  return due.length === BATCH;
}

/** Idempotent: a problem that belongs to a cluster stays there. */
export async function clusterTicket(deps: FlowDeps, ticketId: number): Promise<void> {
  const { store, engine } = deps;
  const ticket = await store.getTicket(ticketId);
  if (!ticket || ticket.draftedSeq <= ticket.clusteredSeq) return;
  const upTo = ticket.draftedSeq;
  const inbound = (await store.messagesOf(ticketId)).filter(
    ({ direction, automatic }) => direction === 'inbound' && !automatic,
  );
  const messages = inbound.filter(({ seq }) => seq > ticket.clusteredSeq && seq <= upTo);
  const { analysis } = ticket;
  const telling = analysis && analysis.spam < SPAM && !analysis.thanksOnly;
  const touched = new Set<number>();
  for (const message of telling ? messages : []) {
    const prints = await engine.fingerprints(
      { subject: message === inbound[0] ? ticket.subject : null, text: message.text },
      messages.length === 1 ? analysis : null,
    );
    for (const [part, print] of prints.entries()) {
      const clusterId = await place(deps, ticket, message, part, print);
      if (clusterId !== null) touched.add(clusterId);
    }
  }
  if (touched.size > 0 && (await store.sameAs(ticketId))) {
    // Its card says so.
    await store.updateTicket(ticketId, {});
    await deps.wake.ticket(ticketId, 0);
  }
  const at = messages.at(-1)?.at ?? deps.clock.now();
  for (const clusterId of touched) {
    await reportJoined(deps, { clusterId, ticketId, at });
    await confirmIfDue(deps, clusterId, ticket);
  }
  if (await spreads(deps, touched)) await mergeClusters(deps, new Date(deps.clock.now().getTime() - DAY_MS));
  // Last, so that a process that dies on the way leaves nothing undone.
  await store.updateTicketQuietly(ticketId, { clusteredSeq: upTo });
}

/** Whether a bug that engineers know has one more report: what was not clear before may be now. */
async function spreads({ store }: FlowDeps, touched: Set<number>): Promise<boolean> {
  const clusters = await Promise.all([...touched].map((id) => store.getCluster(id)));
  return clusters.some((row) => row?.confirmedAt && row.status === 'confirmed');
}

const isDoubled = (size: number) => Number.isInteger(Math.log2(size));

/** Finds or opens the cluster of one problem, and adds it there; null when it belongs to none. */
async function place(
  deps: FlowDeps,
  ticket: TicketRow,
  message: Pick<Message, 'id' | 'at' | 'text'>,
  part: number,
  print: Fingerprint,
): Promise<number | null> {
  const { store, clock } = deps;
  return withClusters(deps, async (index) => {
    const known = await store.clusterOfPart(message.id, part);
    if (known !== null) return known;
    const own = profileOf(print);
    const refused = await store.refusedClusters(message.id, part);
    const found = index
      .nearest(own, CANDIDATES, clock.now())
      .find(({ id, score }) => score >= JOIN && !refused.includes(id));
    if (!found && !opens(print)) return null;
    const member = { messageId: message.id, part, ticketId: ticket.id, at: message.at };
    const clusterId = await store.transaction((tx) =>
      found
        ? join(tx, found, own, print, member)
        : open(tx, { ...message, summary: ticket.analysis?.summary ?? null }, own, print, member),
    );
    await upToDate(deps);
    return clusterId;
  });
}

/** A message of no kind joins others when it tells of something broken, and never opens a cluster. */
function opens({ kind, terms }: Fingerprint): boolean {
  return kind !== 'other' && Object.keys(terms).length > 0;
}

interface NewMember {
  messageId: number;
  part: number;
  ticketId: number;
  at: Date;
}

async function join(
  tx: Queries,
  { id, score }: Match,
  own: ClusterProfile,
  print: Fingerprint,
  member: NewMember,
): Promise<number | null> {
  const row = await tx.getCluster(id);
  if (!row?.profile || (print.kind === 'other' && print.fault < FAULTY)) return null;
  const likeness = Math.min(1, Math.max(0, score));
  if (!(await tx.insertMember(print, { ...member, clusterId: id, score: likeness }))) return null;
  const profile = joined(row.profile, own);
  await tx.setClusterSums(id, profile, {
    kind: kindOf(profile, row.kind),
    ...spanOf(row.firstSeen, row.lastSeen, member.at),
  });
  // The first report is seldom the clearest; a large cluster keeps its name for longer.
  if (profile.size <= SMALL || isDoubled(profile.size)) await rename(tx, id);
  return id;
}

async function open(
  tx: Queries,
  words: { text: string; summary: string | null },
  own: ClusterProfile,
  print: Fingerprint,
  member: NewMember,
): Promise<number> {
  const title = nameCluster([tellingSentence(words)], [print]);
  const id = await tx.insertCluster(own, {
    kind: print.kind,
    title,
    firstSeen: member.at,
    lastSeen: member.at,
  });
  await tx.insertMember(print, { ...member, clusterId: id, score: 1 });
  return id;
}
