// Clusters: each problem that customers tell of joins those who told of it before, or opens a cluster of its own.
import { FAULTY, JOIN, kindOf, type Match } from '../engine/local/clustering.ts';
import { joined, most, profileOf } from '../engine/local/profiles.ts';
import type { TicketRow } from '../infra/db/queries/conversations.ts';
import type { Queries } from '../infra/db/queries/index.ts';
import { SPAM } from '../model/analysis.ts';
import type { ClusterProfile, Fingerprint } from '../model/cluster.ts';
import type { Message } from '../model/message.ts';
import { asShare } from '../model/probability.ts';
import { upToDate, withClusters } from './cluster-book.ts';
import { confirmIfDue } from './cluster-confirm.ts';
import { mergeClusters, rename, renameByModel, spanOf } from './cluster-merge.ts';
import type { FlowDeps } from './deps.ts';
import { showClusters } from './show-clusters.ts';
import { reportJoined } from './track.ts';

/** Tickets in one job; whoever waits for the clusters waits at most for these. */
const BATCH = 25;
/** Candidates that are looked at, since people may have refused the first. */
const CANDIDATES = 6;
/** Members up to which a cluster is named anew with each. */
const SMALL = 16;
/** Share of a cluster's reports whose category is that of all. */
const CLEAR = 0.6;
/** Probability below which a message's own category is a guess. */
const VAGUE = 0.75;

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
  const at = messages.at(-1)?.at ?? deps.clock.now();
  for (const clusterId of touched) {
    await reportJoined(deps, { clusterId, ticketId, at });
    if (!(await confirmIfDue(deps, clusterId, ticket))) continue;
    await showClusters(deps);
    // Engineers do not wait for the language model: the card that they have gets its name.
    if (await renameByModel(deps, clusterId)) await showClusters(deps);
  }
  for (const clusterId of touched)
    if (await spreads(deps, clusterId)) {
      await mergeClusters(deps, clusterId);
      await shareCategory(deps, clusterId);
    }
  // Last, so that a process that dies on the way leaves nothing undone.
  await store.updateTicketQuietly(ticketId, { clusteredSeq: upTo });
}

/** Whether it is a bug that engineers know: with one more report of it, what was not clear before may be now. */
async function spreads({ store }: FlowDeps, clusterId: number): Promise<boolean> {
  const row = await store.getCluster(clusterId);
  return row?.status === 'confirmed' && row.mergedInto === null;
}

/** What a report of a known bug is about, the clear reports say better than a vague one by itself. */
async function shareCategory({ store, wake }: FlowDeps, clusterId: number): Promise<void> {
  const { categories = {}, size = 0 } = (await store.getCluster(clusterId))?.profile ?? {};
  const category = most(categories);
  if (!category || (categories[category] ?? 0) < CLEAR * size) return;
  const ticketIds = await store.shareCategory(clusterId, category, VAGUE);
  await Promise.all(ticketIds.map((ticketId) => wake.ticket(ticketId)));
}

const isDoubled = (size: number) => Number.isInteger(Math.log2(size));

/** Finds or opens the cluster of one problem, and adds it there; null when it belongs to none. */
async function place(
  deps: FlowDeps,
  ticket: TicketRow,
  message: Pick<Message, 'id' | 'at'>,
  part: number,
  print: Fingerprint,
): Promise<number | null> {
  const { store } = deps;
  return withClusters(deps, async (index) => {
    const known = await store.clusterOfPart(message.id, part);
    if (known !== null) return known;
    const own = profileOf(print);
    const refused = await store.refusedClusters(message.id, part);
    const found = index
      .nearest(own, CANDIDATES, message.at)
      .find((match) => match.score >= JOIN && belongs(print, match) && !refused.includes(match.id));
    if (!found && !opens(print)) return null;
    const member = { messageId: message.id, part, ticketId: ticket.id, at: message.at };
    const clusterId = await store.transaction((tx) =>
      found ? join(tx, found, own, print, member) : open(tx, own, print, member),
    );
    await upToDate(deps);
    return clusterId;
  });
}

/** A message of no clear kind counts when it tells of something broken. */
function opens({ kind, fault, terms }: Fingerprint): boolean {
  return (kind !== 'other' || fault >= FAULTY) && Object.keys(terms).length > 0;
}

function belongs({ kind }: Fingerprint, { fault }: Match): boolean {
  return kind !== 'other' || fault >= FAULTY;
}

interface NewMember {
  messageId: number;
  part: number;
  ticketId: number;
  at: Date;
  /** Who said that it belongs there, when a person did. */
  by?: string;
}

/** Adds one problem to a cluster; null when the cluster is gone, or the problem belongs to one already. */
export async function join(
  tx: Queries,
  { id, score }: Pick<Match, 'id' | 'score'>,
  own: ClusterProfile,
  print: Fingerprint,
  member: NewMember,
): Promise<number | null> {
  const row = await tx.getCluster(id);
  if (!row?.profile) return null;
  const likeness = asShare(score);
  if (!(await tx.insertMember(print, { ...member, clusterId: id, score: likeness }))) return null;
  const profile = joined(row.profile, own);
  await tx.setClusterSums(id, profile, {
    kind: kindOf(profile) ?? row.kind,
    ...spanOf(row.firstSeen, row.lastSeen, member.at),
  });
  // The first report is seldom the clearest; a large cluster keeps its name for longer.
  if (profile.size <= SMALL || isDoubled(profile.size)) await rename(tx, id);
  return id;
}

async function open(
  tx: Queries,
  own: ClusterProfile,
  print: Fingerprint,
  member: NewMember,
): Promise<number> {
  const id = await tx.insertCluster(own, {
    kind: kindOf(own) ?? print.kind,
    title: '',
    firstSeen: member.at,
    lastSeen: member.at,
  });
  await tx.insertMember(print, { ...member, clusterId: id, score: 1 });
  await rename(tx, id);
  return id;
}
