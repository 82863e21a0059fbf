// A report of a bug that the engineers have on their list: the customer is told so, and is told when it is fixed.
import { addressed, announcement, writableLanguage } from '../engine/local/announcements.ts';
import type { TicketRow } from '../infra/db/queries/conversations.ts';
import type { IssueRow } from '../infra/db/queries/tracking.ts';
import type { Analysis } from '../model/analysis.ts';
import type { Customer } from '../model/customer.ts';
import type { DraftProposal } from '../model/draft.ts';
import type { FlowDeps } from './deps.ts';
import { redraft } from './redraft.ts';

/** Which drafts tell of a known issue. */
const ENGINE = 'known-issue';
/** Until outcomes say otherwise: the words promise only what the issue says, but the cluster may be the wrong one. */
const CONFIDENCE = 0.75;

/** The issue that a ticket's report belongs to, while it is neither fixed nor given up. */
export async function knownIssue(
  { store }: Pick<FlowDeps, 'store'>,
  ticketId: number,
): Promise<(IssueRow & { url: string; key: string }) | null> {
  const clusterId = await store.clusterOfTicket(ticketId);
  const row = clusterId === null ? null : await store.issueOfCluster(clusterId);
  if (row?.stage !== 'made' || !row.url || !row.key) return null;
  if (row.state !== 'open' && row.state !== 'merged') return null;
  return { ...row, url: row.url, key: row.key };
}

/**
 * The draft that tells of it, unless `proposal` has an answer that helped somebody before: a workaround is better
 * than news.
 */
export function withKnownIssue(
  proposal: DraftProposal,
  issue: IssueRow & { url: string; key: string },
  to: { analysis: Analysis; customer: Customer; signature: string },
): DraftProposal {
  const source = {
    kind: 'issue' as const,
    id: issue.key,
    title: `${issue.key} ${issue.title ?? ''}`.trim(),
    url: issue.url,
    passage: `Known bug, ${issue.stateName}; made ${issue.createdAt.toISOString().slice(0, 10)}.`,
    score: 1,
  };
  const known = { effect: 'up' as const, text: `A known bug: ${issue.key} (${issue.stateName})` };
  const workaround = proposal.answerable && proposal.sources.some(({ kind }) => kind === 'exemplar');
  if (workaround)
    return { ...proposal, sources: [...proposal.sources, source], reasons: [known, ...proposal.reasons] };
  const language = writableLanguage(to.analysis.language);
  const text = announcement(issue.state === 'merged' ? 'merged' : 'known', language);
  const about = to.analysis.summary;
  return {
    text: addressed(text, { language, name: to.customer.name, about, signature: to.signature }),
    language,
    sources: [source],
    confidence: CONFIDENCE,
    reasons: [known],
    answerable: true,
    engine: ENGINE,
  };
}

/** Has the ticket's draft written anew now that its report turned out to be a known bug; once. */
export async function draftAboutKnownIssue(deps: FlowDeps, ticketId: number): Promise<void> {
  const issue = await knownIssue(deps, ticketId);
  if (!issue) return;
  const wanted = await deps.store.transaction(async (tx) => {
    const ticket: TicketRow | null = await tx.lockTicket(ticketId);
    const draft = ticket && (await tx.latestDraft(ticketId));
    const isOurs = draft?.status === 'pending' && draft.author === null && draft.engine !== ENGINE;
    const tells = draft?.sources.some(({ kind, id }) => kind === 'issue' && id === issue.key);
    if (!ticket || !isOurs || tells || ticket.draftedSeq < ticket.inboundSeq) return false;
    await tx.updateTicket(ticketId, { draftedSeq: redraft(ticket) });
    return true;
  });
  if (wanted) await deps.wake.ticket(ticketId, 1);
}
