// Messages proposed to several customers: their card, its buttons and forms, and the way into the outbox.
import { chooseForm, messageForm, proposalCard } from '../cards/proposal.ts';
import { addressed } from '../engine/local/announcements.ts';
import type { Queries } from '../infra/db/queries/index.ts';
import type { ProposalRow } from '../infra/db/queries/proposals.ts';
import type { Draft, RouteDecision } from '../model/draft.ts';
import { AppError, errorText } from '../model/errors.ts';
import type { ActionReply, Intent, Place } from '../model/platform.ts';
import { type ProposalView, proposalKey, type Recipient } from '../model/proposal.ts';
import { choosable, namedIn, splitTexts, textInputs } from '../model/proposal-forms.ts';
import { cleanText, languageName } from '../model/text.ts';
import type { Actor } from './agents.ts';
import { changedMeanwhile, notice, wrongButton } from './answers.ts';
import { commitReply } from './commit-reply.ts';
import { BOT, type FlowDeps } from './deps.ts';
import { leavesAt, openOutreachTicket } from './outreach-ticket.ts';
import { parseTarget } from './route.ts';
import { showCard } from './show-card.ts';
import type { SubjectAction } from './subjects.ts';

/** Cards drawn by one pass. */
const AT_ONCE = 20;

async function proposalView(deps: FlowDeps, row: ProposalRow): Promise<ProposalView> {
  const recipients = await deps.store.recipientsOf(row.id);
  const previews: ProposalView['previews'] = {};
  for (const one of recipients.filter(({ state }) => state === 'ready' || state === 'committed'))
    previews[one.language] ??= { name: one.name, text: textFor(deps, row, one) };
  return {
    ...row,
    previews,
    recipients,
    undoSeconds: deps.settings.send.undoSeconds,
    now: deps.clock.now(),
    timeZone: deps.settings.workspace.timeZone,
  };
}

/** The message as one customer gets it. */
function textFor(deps: FlowDeps, row: ProposalRow, { language, name, about }: Recipient): string {
  const { signature } = deps.settings.workspace;
  return addressed(row.texts[language] ?? '', { language, name, about, signature });
}

/** Brings the card of every proposal up to date that lags behind. What fails is tried by the next pass. */
export async function showProposals(deps: FlowDeps): Promise<void> {
  for (const id of await deps.store.unpresentedProposals(AT_ONCE)) {
    const row = await deps.store.getProposal(id);
    if (!row) continue;
    try {
      const card = proposalCard(await proposalView(deps, row));
      await showCard(deps, { key: proposalKey(id), places: placesOf(deps), card });
      await deps.store.markPresented(id, row.version);
    } catch (error) {
      deps.log.warn({ proposal: id, reason: errorText(error) }, 'proposal could not be shown');
    }
  }
}

function placesOf({ settings }: FlowDeps): Place[] {
  const { proposals, tickets } = settings.channels;
  return (proposals ?? tickets).map(parseTarget);
}

/** What somebody did on a proposal's card. */
export async function actOnProposal(deps: FlowDeps, action: SubjectAction): Promise<ActionReply> {
  const { id, intent, actor } = action;
  const row = await deps.store.getProposal(id);
  if (!row) return notice(`There is no proposal ${proposalKey(id)}.`, false);
  if (intent.type === 'open_form') {
    if (row.status !== 'open') return settled(row);
    const view = await proposalView(deps, row);
    if (intent.form === 'choose') return { kind: 'form', form: chooseForm(view) };
    if (intent.form === 'edit_message') return { kind: 'form', form: messageForm(view) };
  }
  const work = changeOf(action);
  if (!work) return wrongButton();
  const fault = await faultIn(deps, row, intent);
  if (fault) return notice(`${fault} Nothing was changed.`, false);
  const refused = await change(deps, action, work);
  if (refused) return refused;
  if (intent.type === 'act' && intent.act === 'send_all') await sendApproved(deps, id, actor);
  return shown(deps, id);
}

type Change = (tx: Queries, now: Date, row: ProposalRow) => Promise<void>;

/** What an act or a form changes on a proposal; null when it does not belong to one. */
function changeOf({ id, intent, actor }: SubjectAction): Change | null {
  if (intent.type === 'act') {
    const status = intent.act === 'send_all' ? 'sent' : intent.act === 'dismiss' ? 'dismissed' : null;
    if (!status) return null;
    return (tx, now) => tx.updateProposal(id, { status, decidedBy: actor.name, decidedAt: now });
  }
  if (intent.type !== 'submit') return null;
  const { form, values } = intent;
  if (form === 'choose') return (tx) => choose(tx, id, values, actor);
  if (form === 'edit_message') return (tx, _now, row) => edit(tx, row, values);
  return null;
}

function settled(row: ProposalRow): ActionReply {
  const did = row.status === 'sent' ? 'approved' : 'dismissed';
  return notice(`${row.decidedBy ?? 'Somebody'} ${did} this already. Nothing more was sent.`, false);
}

/** Changes an open proposal that is as the agent saw it; else answers why not. */
async function change(
  deps: FlowDeps,
  { id, version }: SubjectAction,
  work: Change,
): Promise<ActionReply | null> {
  return deps.store.transaction(async (tx) => {
    const row = await tx.lockProposal(id);
    if (row?.status !== 'open') return row ? settled(row) : notice('It is gone.', false);
    if (row.version !== version) return changedMeanwhile();
    await work(tx, deps.clock.now(), row);
    return null;
  });
}

/** The card as it is now, here and wherever else it stands. */
async function shown(deps: FlowDeps, id: number): Promise<ActionReply> {
  await showProposals(deps);
  const row = await deps.store.getProposal(id);
  return row ? { kind: 'card', card: proposalCard(await proposalView(deps, row)) } : { kind: 'none' };
}

/** What is wrong with the words of a form; null: nothing. */
async function faultIn(deps: FlowDeps, row: ProposalRow, intent: Intent): Promise<string | null> {
  if (intent.type !== 'submit') return null;
  const recipients = await deps.store.recipientsOf(row.id);
  const { listed, unlisted } = choosable(recipients);
  const [unknown] = namedIn(intent.values.named ?? '', [...listed, ...unlisted]).unknown;
  if (unknown) return `“${unknown.slice(0, 80)}” is no name, company or ticket of those who can be left out.`;
  return splitTexts(intent.values.others ?? '', textInputs(recipients).shared).fault;
}

/**
 * `leave_out`: ids of the listed recipients to leave out, comma-separated; the other listed ones get the message.
 * `named`: more to leave out. Whoever is neither listed nor named stays as they are, and who is barred stays so.
 */
async function choose(
  tx: Queries,
  id: number,
  { leave_out = '', named = '' }: Record<string, string>,
  actor: Actor,
): Promise<void> {
  const { listed, unlisted } = choosable(await tx.recipientsOf(id));
  const all = [...listed, ...unlisted];
  const out = new Set([...leave_out.split(',').filter(Boolean).map(Number), ...namedIn(named, all).ids]);
  for (const one of listed)
    if (!out.has(one.id)) await tx.updateRecipient(one.id, { state: 'ready', reason: null });
  for (const one of all)
    if (out.has(one.id) && one.state === 'ready')
      await tx.updateRecipient(one.id, { state: 'left_out', reason: `left out by ${actor.name}` });
  await tx.updateProposal(id, {});
}

async function edit(tx: Queries, row: ProposalRow, values: Record<string, string>): Promise<void> {
  const texts = { ...row.texts };
  const { others = '', ...own } = values;
  const written = { ...own, ...splitTexts(others, Object.keys(texts)).texts };
  for (const language of Object.keys(texts)) {
    const text = cleanText(written[language] ?? '').trim();
    if (text) texts[language] = text;
  }
  await tx.updateProposal(row.id, { texts, edited: true });
}

/**
 * Commits the messages of an approved proposal that are not in the outbox yet, each in a transaction of its own: one
 * customer's fault holds up nobody else, and what was committed before a crash is not committed again.
 */
export async function sendApproved(
  deps: FlowDeps,
  id: number,
  by: Pick<Actor, 'name' | 'email'>,
): Promise<void> {
  await deps.withKey(`proposal ${id}`, () => commitAll(deps, id, by));
}

async function commitAll(deps: FlowDeps, id: number, by: Pick<Actor, 'name' | 'email'>): Promise<void> {
  const row = await deps.store.getProposal(id);
  if (row?.status !== 'sent') return;
  for (const recipient of await deps.store.recipientsOf(id)) {
    if (recipient.state !== 'ready') continue;
    try {
      const sent = await commitTo(deps, row, recipient, by);
      if (sent) await deps.wake.outbox(sent.sendAfter);
      const ticketId = sent?.ticketId ?? recipient.ticketId;
      if (ticketId !== null) await deps.wake.ticket(ticketId, 1);
    } catch (error) {
      deps.log.error({ proposal: id, ticketId: recipient.ticketId, reason: errorText(error) }, 'not sent');
    }
  }
}

/** Finishes what an approval began before its process died. */
export async function finishApproved(deps: FlowDeps): Promise<void> {
  for (const { id, decidedBy } of await deps.store.unsentProposals(AT_ONCE)) {
    const agent = deps.settings.agents.find(({ name }) => name === decidedBy);
    await sendApproved(deps, id, { name: decidedBy ?? BOT, email: agent?.email ?? null });
  }
}

/** One message, as a reply of the customer's ticket or the first of a new one. Null: not now, and the recipient says why. */
async function commitTo(
  deps: FlowDeps,
  row: ProposalRow,
  recipient: Recipient,
  by: Pick<Actor, 'name' | 'email'>,
): Promise<{ sendAfter: Date; ticketId: number } | null> {
  const { clock } = deps;
  return deps.store.transaction(async (tx) => {
    const now = clock.now();
    const hold = async (reason: string) => {
      await tx.updateRecipient(recipient.id, { state: 'held', reason });
      await tx.updateProposal(row.id, {});
      return null;
    };
    const ticket =
      recipient.ticketId === null
        ? await openOutreachTicket(tx, deps, row, recipient)
        : await tx.lockTicket(recipient.ticketId);
    if (!ticket) throw new AppError('not_found', 'its ticket is gone');
    if ('obstacle' in ticket) return hold(ticket.obstacle);
    if (await tx.answeredSince(ticket.id, row.createdAt)) return hold('was answered since it was fixed');
    if (await tx.isSending(ticket.id)) return hold('a reply to them was on its way');
    // What they wrote since then has not been read by whoever approved this.
    if (ticket.inboundSeq > ticket.draftedSeq) return hold('wrote again just then');
    const customer = await tx.getCustomer(ticket.customerId);
    if (customer.optedOut) return hold('wants no messages from us');
    const text = textFor(deps, row, recipient);
    await tx.retirePending(ticket.id, 'superseded');
    const draft = await tx.insertDraft({
      ticketId: ticket.id,
      text,
      language: recipient.language,
      sources: sourcesOf(row),
      confidence: 1,
      reasons: [],
      answerable: true,
      engine: `proposal:${row.kind}`,
      routing: routingOf(row, recipient),
      basedOnSeq: ticket.inboundSeq,
      author: by.name,
      createdAt: now,
    });
    const sendAfter = await commitReply(tx, deps, {
      ticket,
      draft,
      text,
      decision: { kind: 'approve', then: row.kind === 'fixed' ? 'resolve' : 'keep' },
      by,
      notBefore: row.kind === 'outreach' ? leavesAt(deps) : null,
    });
    const outboxKey = (await tx.latestOutbox(ticket.id))?.key;
    const ticketId = ticket.id;
    await tx.updateRecipient(recipient.id, { state: 'committed', reason: null, outboxKey, ticketId });
    await tx.updateProposal(row.id, {});
    return { sendAfter, ticketId };
  });
}

/** The issue that it is about, if any. */
function sourcesOf({ link, issueId, reason }: ProposalRow): Draft['sources'] {
  return link ? [{ kind: 'issue', id: String(issueId), ...link, passage: reason, score: 1 }] : [];
}

/** Why it leaves: a person's word, or decisions of people that have proven such messages. */
function routingOf(row: ProposalRow, { language }: Recipient): RouteDecision {
  const alone = row.decidedBy === BOT;
  const how = alone ? 'Earned by earlier approvals, with' : 'Approved with';
  return {
    route: alone ? 'auto' : 'suggest',
    mode: alone ? 'auto' : 'suggest',
    threshold: alone ? 1 : null,
    reasons: [`${how} ${proposalKey(row.id)} (${languageName(language)}): ${row.reason}`],
    reviewsUntilAuto: null,
  };
}
