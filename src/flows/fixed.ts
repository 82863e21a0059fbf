// An issue is fixed: proposes a message to everybody who reported it, in their own language and channel.
import { announcement, writableLanguage } from '../engine/local/announcements.ts';
import type { Queries } from '../infra/db/queries/index.ts';
import type { Affected } from '../infra/db/queries/proposals.ts';
import type { IssueRow } from '../infra/db/queries/tracking.ts';
import type { Report } from '../model/issue.ts';
import { whyNot } from '../insights/recipients.ts';
import { reminderOf } from '../insights/reminder.ts';
import { cleanLine } from '../model/text.ts';
import { ticketKey } from '../model/ticket.ts';
import type { FlowDeps } from './deps.ts';

/** Characters of what a customer is reminded of. */
const ABOUT = 120;

/** Makes the proposal of one fix, once: asked again for the same fix it does nothing. In the caller's transaction. */
export async function proposeFixed(
  tx: Queries,
  deps: Pick<FlowDeps, 'clock' | 'channels'>,
  issue: IssueRow & { fixedAt: Date },
): Promise<void> {
  const now = deps.clock.now();
  const clusterId = await tx.currentCluster(issue.clusterId);
  const cluster = await tx.clusterTitle(clusterId);
  const affected = await tx.affectedBy(clusterId);
  const reports = await tx.reportsOf(clusterId);
  if (affected.length === 0) return;
  const recipients = affected.map((one) => ({
    ...recipientOf(deps, one, now),
    about: aboutFor(one.customerId, reports),
  }));
  const languages = [...new Set(recipients.map(({ language }) => language))];
  await tx.insertProposal(
    {
      kind: 'fixed',
      key: `fixed-${issue.id}-${issue.fixedAt.toISOString()}`,
      title: cluster?.title ?? issue.title ?? 'A reported problem',
      reason: `${issue.key} is fixed${issue.stateName.toLowerCase() === 'fixed' ? '' : ` (${issue.stateName})`}.`,
      missing: [
        'The tracker does not say since which version, or whether customers must do anything: add it if so.',
      ],
      link: issue.url ? { title: `${issue.key} ${issue.title ?? ''}`.trim(), url: issue.url } : null,
      texts: Object.fromEntries(languages.map((language) => [language, announcement('fixed', language)])),
      issueId: issue.id,
      createdAt: now,
    },
    recipients,
  );
}

function recipientOf(deps: Pick<FlowDeps, 'channels'>, one: Affected, now: Date) {
  const { customerId, ticketId } = one;
  const without = whyNot({
    ...one,
    upsetTicket: one.upsetTicketId === null ? null : ticketKey(one.upsetTicketId),
    reachable: deps.channels.has(one.channel),
    now,
  });
  return {
    customerId,
    ticketId,
    language: writableLanguage(one.language),
    state: without?.state ?? ('ready' as const),
    reason: without?.reason ?? null,
  };
}

function aboutFor(customerId: number, reports: Report[]): string {
  const own = reports.filter((report) => report.customerId === customerId);
  return cleanLine(reminderOf(own, reports, ABOUT), ABOUT) || '…';
}
