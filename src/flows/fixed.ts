// An issue is fixed: proposes a message to everybody who reported it, in their own language and channel.
import { announcement } from '../engine/local/announcements.ts';
import { languageCode } from '../engine/local/outreach-texts.ts';
import type { Queries } from '../infra/db/queries/index.ts';
import type { Affected } from '../infra/db/queries/proposals.ts';
import type { IssueRow } from '../infra/db/queries/tracking.ts';
import { whyNot } from '../insights/recipients.ts';
import { createReminder } from '../insights/reminder.ts';
import type { Report } from '../model/issue.ts';
import { cleanLine } from '../model/text.ts';
import { ticketKey } from '../model/ticket.ts';
import type { FlowDeps } from './deps.ts';
import { inTheirLanguage, type Worded } from './their-language.ts';

/** Characters of what a customer is reminded of. */
const ABOUT = 120;

/** That it is fixed, by the language that customers write. */
export type FixedWords = Map<string, Worded<{ body: string }>>;

const ENGLISH = { body: announcement('fixed', 'en') ?? '' };

/** The words for everybody who reported a cluster; before the transaction that proposes them, as a language model may be asked. */
export async function fixedWords(
  deps: Pick<FlowDeps, 'store' | 'writer'>,
  clusterId: number,
): Promise<FixedWords> {
  const affected = await deps.store.affectedBy(await deps.store.currentCluster(clusterId));
  const words: FixedWords = new Map();
  for (const language of new Set(affected.map((one) => languageCode(one.language)))) {
    const body = announcement('fixed', language);
    words.set(
      language,
      await inTheirLanguage(deps, language, { own: body ? { body } : null, english: ENGLISH }),
    );
  }
  return words;
}

/** Makes the proposal of one fix, once: asked again for the same fix it does nothing. In the caller's transaction. */
export async function proposeFixed(
  tx: Queries,
  deps: Pick<FlowDeps, 'clock' | 'channels'>,
  issue: IssueRow & { fixedAt: Date },
  words: FixedWords,
): Promise<void> {
  const now = deps.clock.now();
  const clusterId = await tx.currentCluster(issue.clusterId);
  const cluster = await tx.clusterTitle(clusterId);
  const affected = await tx.affectedBy(clusterId);
  if (affected.length === 0) return;
  const about = reminders(await tx.reportsOf(clusterId));
  const worded = affected.map((one) => wordsFor(one, words));
  const recipients = affected.map((one, i) => ({
    ...recipientOf(deps, one, now),
    language: worded[i]?.language ?? 'en',
    about: about(one.customerId),
  }));
  await tx.insertProposal(
    {
      kind: 'fixed',
      key: `fixed-${issue.id}-${issue.fixedAt.toISOString()}`,
      title: cluster?.title ?? issue.title ?? 'A reported problem',
      reason: `${issue.key} is fixed${issue.stateName.toLowerCase() === 'fixed' ? '' : ` (${issue.stateName})`}.`,
      missing: [
        'The tracker does not say since which version, or whether customers must do anything: add it if so.',
        ...new Set(worded.flatMap(({ remark }) => remark ?? [])),
      ],
      link: issue.url ? { title: `${issue.key} ${issue.title ?? ''}`.trim(), url: issue.url } : null,
      texts: Object.fromEntries(worded.map(({ language, texts }) => [language, texts.body])),
      issueId: issue.id,
      createdAt: now,
    },
    recipients,
  );
}

/** English for who has joined since the words were written. */
function wordsFor({ language }: Affected, words: FixedWords): Worded<{ body: string }> {
  const code = languageCode(language);
  const body = announcement('fixed', code);
  return words.get(code) ?? { language: body ? code : 'en', texts: body ? { body } : ENGLISH, remark: null };
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
    state: without?.state ?? ('ready' as const),
    reason: without?.reason ?? null,
  };
}

/** What each customer is reminded of. */
function reminders(reports: Report[]): (customerId: number) => string {
  const remind = createReminder(reports, ABOUT);
  const own = Map.groupBy(reports, ({ customerId }) => customerId);
  return (customerId) => cleanLine(remind(own.get(customerId) ?? []), ABOUT) || '…';
}
