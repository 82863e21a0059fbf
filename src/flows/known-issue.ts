// A report of a bug that we know of: the customer is told so; and where an issue tells when it is fixed, is told then.
import { dayOf } from '../cards/words.ts';
import { type AnnouncementKind, addressed, announcement } from '../engine/local/announcements.ts';
import { languageCode } from '../engine/local/outreach-texts.ts';
import type { TicketRow } from '../infra/db/queries/conversations.ts';
import type { Analysis } from '../model/analysis.ts';
import { clusterKey } from '../model/cluster.ts';
import type { Customer } from '../model/customer.ts';
import type { DraftProposal, Source } from '../model/draft.ts';
import type { FlowDeps } from './deps.ts';
import { redraft } from './redraft.ts';
import { inTheirLanguage } from './their-language.ts';

/** `engine` of drafts that tell of a known bug. */
export const KNOWN_ISSUE = 'known-issue';
/** Until outcomes say otherwise: the words say only what is on record, but the cluster may be the wrong one. */
const CONFIDENCE = 0.75;

/** A bug that we know of, and what may be said about it. */
export interface KnownBug {
  says: Exclude<AnnouncementKind, 'fixed'>;
  /** For the agent, in words: `A known bug: ENG-12 (open)`. */
  reason: string;
  source: Source;
}

/**
 * The bug that a ticket reports: its issue, while that is neither fixed nor given up; without an issue one that
 * engineers were told of and that other customers report, too. Null: nothing is known that could be said.
 */
export async function knownBug(
  { store }: Pick<FlowDeps, 'store'>,
  ticketId: number,
): Promise<KnownBug | null> {
  const clusterId = await store.clusterOfTicket(ticketId);
  if (clusterId === null) return null;
  const issue = await store.issueOfCluster(clusterId);
  if (issue?.stage === 'made' && issue.url && issue.key) {
    const { key, url, title, state, stateName, createdAt } = issue;
    if (state !== 'open' && state !== 'merged') return null;
    return {
      says: state === 'merged' ? 'merged' : 'known',
      reason: `A known bug: ${key} (${stateName})`,
      source: sourceOf({ id: key, title: title ?? '', url, since: createdAt, how: stateName }),
    };
  }
  const cluster = await store.getCluster(await store.currentCluster(clusterId));
  const told = cluster?.kind === 'bug' && cluster.status === 'confirmed' && cluster.presentedRev > 0;
  const shared = told ? await store.sameAs(ticketId) : null;
  if (!cluster?.confirmedAt || shared?.id !== cluster.id) return null;
  const id = clusterKey(cluster.id);
  return {
    says: 'looking',
    reason: `A known bug: ${id} (engineers were told, no issue yet)`,
    source: sourceOf({ id, title: cluster.title, url: null, since: cluster.confirmedAt, how: 'confirmed' }),
  };
}

function sourceOf(bug: { id: string; title: string; url: string | null; since: Date; how: string }): Source {
  return {
    kind: 'issue',
    id: bug.id,
    title: `${bug.id} ${bug.title}`.trim(),
    url: bug.url,
    passage: `Known bug, ${bug.how}; since ${dayOf(bug.since)}.`,
    score: 1,
  };
}

/**
 * The draft that tells of it, unless `proposal` has an answer that helped somebody before: a workaround is better
 * than news.
 */
export async function withKnownBug(
  deps: Pick<FlowDeps, 'writer'>,
  proposal: DraftProposal,
  { says, reason, source }: KnownBug,
  to: { analysis: Analysis; customer: Customer; signature: string },
): Promise<DraftProposal> {
  const known = { effect: 'up' as const, text: reason };
  const workaround = proposal.answerable && proposal.sources.some(({ kind }) => kind === 'exemplar');
  if (workaround)
    return { ...proposal, sources: [...proposal.sources, source], reasons: [known, ...proposal.reasons] };
  const wanted = languageCode(to.analysis.language);
  const [own, english] = [announcement(says, wanted), announcement(says, 'en') ?? ''];
  const words = { own: own === null ? null : { body: own }, english: { body: english } };
  const { language, texts, remark } = await inTheirLanguage(deps, wanted, words);
  const about = to.analysis.summary;
  return {
    text: addressed(texts.body, { language, name: to.customer.name, about, signature: to.signature }),
    language,
    sources: [source],
    confidence: CONFIDENCE,
    reasons: [known],
    answerable: true,
    engine: KNOWN_ISSUE,
    // What is not in our own words, or not in theirs, a person reads first.
    ...(remark !== null && { held: [remark] }),
  };
}

/** Has the ticket's draft written anew now that its report turned out to be a known bug; once. */
export async function draftAboutKnownBug(deps: FlowDeps, ticketId: number): Promise<void> {
  const bug = await knownBug(deps, ticketId);
  if (!bug) return;
  const wanted = await deps.store.transaction(async (tx) => {
    const ticket: TicketRow | null = await tx.lockTicket(ticketId);
    const draft = ticket && (await tx.latestDraft(ticketId));
    const isOurs = draft?.status === 'pending' && draft.author === null && draft.engine !== KNOWN_ISSUE;
    const tells = draft?.sources.some(({ kind, id }) => kind === 'issue' && id === bug.source.id);
    if (!ticket || !isOurs || tells || ticket.draftedSeq < ticket.inboundSeq) return false;
    await tx.updateTicket(ticketId, { draftedSeq: redraft(ticket) });
    return true;
  });
  if (wanted) await deps.wake.ticket(ticketId, 1);
}
