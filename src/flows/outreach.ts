// Outreach: an event at a customer becomes a message that is proposed on a card, or leaves by itself where that is earned.
import {
  languageCode,
  money,
  type OutreachWords,
  outreachAbout,
  outreachText,
  outreachWords,
} from '../engine/local/outreach-texts.ts';
import { proveThreshold } from '../engine/policy.ts';
import type { Queries } from '../infra/db/queries/index.ts';
import type { Contact, EventRow } from '../infra/db/queries/outreach.ts';
import type { ToldBug } from '../infra/db/queries/reasons-to-write.ts';
import { outreachReason, outreachTitle, settledInWords } from '../insights/outreach.ts';
import { clusterKey } from '../model/cluster.ts';
import type { Mode } from '../model/draft.ts';
import { errorText } from '../model/errors.ts';
import { type OutreachKind, outreachKindOf, SETTLED_BY } from '../model/outreach.ts';
import { BOT, type FlowDeps } from './deps.ts';
import { obstacleTo, outreachChannel } from './outreach-ticket.ts';
import { sendApproved, showProposals } from './proposal.ts';
import { inTheirLanguage, type Worded } from './their-language.ts';

/** Events looked at in one go. */
const AT_ONCE = 100;
/** What somebody without a name and address is called. */
const NOBODY = 'customer';

/** Looks at every event that was not looked at yet, in the order in which they came. One process at a time. */
export async function considerEvents(deps: FlowDeps): Promise<void> {
  await deps.withKey('outreach', async () => {
    for (;;) {
      const events = await deps.store.newEvents(AT_ONCE);
      for (const event of events) await considerOne(deps, event);
      if (events.length < AT_ONCE) break;
    }
    await showProposals(deps);
  });
}

async function considerOne(deps: FlowDeps, event: EventRow): Promise<void> {
  try {
    const wording = await wordingFor(deps, event);
    const approved = await deps.store.transaction(async (tx) => {
      const proposalId = await consider(tx, deps, event, wording);
      await tx.markConsidered([event.id]);
      return proposalId;
    });
    if (approved !== null) await sendApproved(deps, approved, { name: BOT, email: null });
  } catch (error) {
    // One event that cannot be dealt with must not hold up the others for ever.
    deps.log.error({ event: event.id, type: event.type, reason: errorText(error) }, 'event not considered');
    await deps.store.markConsidered([event.id]);
  }
}

/** What is written to a customer about an event. */
interface Wording extends Worded<OutreachWords> {
  kind: OutreachKind;
  mode: Mode;
  /** The bug that a repeated error comes from, where engineers know it. */
  bug: ToldBug | null;
}

/** Null for no kind of ours. */
async function wordingFor(deps: FlowDeps, event: EventRow): Promise<Wording | null> {
  const kind = outreachKindOf(event.type);
  const mode = kind && (deps.settings.outreach.events[kind] ?? deps.settings.outreach.mode);
  const code = kind === 'repeated_error' && event.data.code;
  const bug = code ? await deps.store.toldBugWith(String(code)) : null;
  const reason = kind && (bug ? 'known_error' : kind);
  const english = reason && outreachWords(reason, 'en');
  if (!kind || !mode || !english || mode === 'off') return null;
  const contact = await deps.store.contactOf(event.customerId);
  const language = languageCode(contact?.language ?? null);
  const worded = await inTheirLanguage(deps, language, { own: outreachWords(reason, language), english });
  return { kind, mode, bug, ...worded };
}

/** In one transaction. Answers the proposal that the policy has approved, if any. */
async function consider(
  tx: Queries,
  deps: FlowDeps,
  event: EventRow,
  wording: Wording | null,
): Promise<number | null> {
  await withdrawSettled(tx, deps, event);
  const contact = wording && (await tx.contactOf(event.customerId));
  if (!wording || !contact) return null;
  const { kind, mode } = wording;
  const entry = { eventId: event.id, customerId: event.customerId, kind, createdAt: deps.clock.now() };
  const key = proposalKeyOf(kind, event);
  const shared = kind === 'incident' ? await tx.openProposalOf(key) : null;
  const obstacle = await obstacleTo(tx, deps, { contact, event, kind });
  if (obstacle !== null) {
    await tx.insertOutreach({ ...entry, status: 'skipped', reason: obstacle });
    return null;
  }
  if (mode === 'observe') {
    await tx.insertOutreach({ ...entry, status: 'observed', reason: 'the mode is observe' });
    return null;
  }
  const recipient = recipientOf(deps, wording, contact, event);
  if (shared !== null) {
    await join(tx, shared, { wording, event, recipient });
    await tx.insertOutreach({ ...entry, status: 'proposed', proposalId: shared });
    return null;
  }
  return propose(tx, deps, { wording, key, contact, event, recipient, entry });
}

/** Customers of one incident share a card. */
function proposalKeyOf(kind: OutreachKind, { id, data }: EventRow): string {
  return kind === 'incident' && data.incident ? `outreach-incident-${data.incident}` : `outreach-${id}`;
}

function recipientOf(deps: FlowDeps, { kind, language }: Wording, contact: Contact, { data }: EventRow) {
  return {
    customerId: contact.customerId,
    channel: outreachChannel(deps, contact),
    language,
    about: outreachAbout(kind, language, data),
    state: 'ready' as const,
  };
}

type NewRecipient = ReturnType<typeof recipientOf>;

/** One more customer of an incident, in words that stand on its card from then on. */
async function join(
  tx: Queries,
  proposalId: number,
  { wording, event, recipient }: { wording: Wording; event: EventRow; recipient: NewRecipient },
): Promise<void> {
  if (!(await tx.addRecipient({ ...recipient, proposalId }))) return;
  const row = await tx.getProposal(proposalId);
  const { language, texts: words, remark } = wording;
  await tx.updateProposal(proposalId, {
    texts: { [language]: outreachText(words, event.data), ...row?.texts },
    subjects: { [language]: words.subject, ...row?.subjects },
    missing: [...new Set([...(row?.missing ?? []), ...(remark === null ? [] : [remark])])],
  });
}

async function propose(
  tx: Queries,
  deps: FlowDeps,
  given: {
    wording: Wording;
    key: string;
    contact: Contact;
    event: EventRow;
    recipient: NewRecipient;
    entry: { eventId: number; customerId: number; kind: OutreachKind; createdAt: Date };
  },
): Promise<number | null> {
  const { wording, key, contact, event, recipient, entry } = given;
  const { kind, mode, bug, language, texts: words, remark } = wording;
  const now = deps.clock.now();
  // What a model has translated a person reads first.
  const earned = mode === 'auto' && remark === null ? await earnedBy(tx, deps, kind) : null;
  const who = { name: contact.name ?? contact.email ?? NOBODY, account: contact.account };
  const row = {
    kind: 'outreach' as const,
    title: kind === 'incident' ? incidentTitle(event) : outreachTitle(kind, who),
    reason: [outreachReason(kind, event.data, money(event.data, 'en')), bug && `${knownAs(bug)}.`]
      .filter(Boolean)
      .join(' '),
    link: bug?.issue ? { title: `${bug.issue.id} ${bug.title}`, url: bug.issue.url } : null,
    missing: [
      ...(remark === null ? [] : [remark]),
      ...(earned?.missing ? [`${earned.missing} more approvals until messages like this go alone.`] : []),
    ],
    texts: { [language]: outreachText(words, event.data) },
    subjects: { [language]: words.subject },
    createdAt: now,
    ...(earned?.proven && { status: 'sent' as const, decidedBy: BOT, decidedAt: now }),
  };
  // Whom an incident meets after its card was decided on get another.
  const created =
    (await tx.insertProposal({ ...row, key }, [recipient])) ??
    (await tx.insertProposal({ ...row, key: `outreach-${event.id}` }, [recipient]));
  const proposalId = created?.id ?? null;
  await tx.insertOutreach({
    ...entry,
    ...(proposalId === null
      ? { status: 'skipped', reason: 'a message about it was decided on already' }
      : { status: 'proposed', proposalId }),
  });
  return proposalId !== null && earned?.proven ? proposalId : null;
}

const knownAs = ({ id, title, issue }: ToldBug) => `A known bug: ${issue?.id ?? clusterKey(id)} ${title}`;

const incidentTitle = ({ data }: EventRow) =>
  `Write to everybody affected: ${data.title ?? data.incident ?? 'an incident'}`;

/** Whether people's decisions prove that messages of this kind may leave alone; else how many more it takes. */
async function earnedBy(
  tx: Queries,
  { settings }: FlowDeps,
  kind: OutreachKind,
): Promise<{ proven: boolean; missing: number | null }> {
  const reviews = await tx.outreachReviews(kind, BOT);
  const { threshold, missing } = proveThreshold(
    reviews.map(({ error }) => ({ error, confidence: 1 })),
    settings.modes.risk,
  );
  return { proven: threshold !== null, missing };
}

/** An event that settles a matter takes open proposals about it back, whatever came first. */
async function withdrawSettled(tx: Queries, { clock }: FlowDeps, event: EventRow): Promise<void> {
  const all = Object.values(SETTLED_BY).flat();
  if (!all.includes(event.type) && event.type !== 'opted_out') return;
  for (const open of await tx.openOutreachTo(event.customerId)) {
    const about = await tx.outreachOf(open.proposalId, event.customerId);
    const optedOut = event.type === 'opted_out';
    if (!about || (!optedOut && !(await tx.settledBy(about.event, about.kind)))) continue;
    const reason = optedOut ? 'wants no messages from us' : settledInWords(event.type);
    await tx.updateRecipient(open.recipientId, { state: 'barred', reason });
    const others = (await tx.recipientsOf(open.proposalId)).some(({ state }) => state === 'ready');
    const over = { status: 'dismissed', decidedBy: BOT, decidedAt: clock.now() } as const;
    await tx.updateProposal(open.proposalId, others ? {} : over);
  }
}
