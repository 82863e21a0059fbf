// What happens on a press, a form, a shortcut or a reaction: acknowledge, ask the flows, answer in private.
import { setTimeout as pause } from 'node:timers/promises';
import type { App, ViewSubmitAction } from '@slack/bolt';
import type { Card, CardRef } from '../../../src/model/card.ts';
import { AppError, errorText, hasCode } from '../../../src/model/errors.ts';
import {
  type ActionReply,
  type AgentAction,
  intentOf,
  intentOfForm,
  intentOfRewrite,
} from '../../../src/model/platform.ts';
import type { AgentEntry, Log } from '../../../src/ports.ts';
import type { Api, Spot } from './api.ts';
import { FORM, type Origin, renderForm } from './forms.ts';
import { encodeMessage, PREFIX, parseMessage } from './ids.ts';
import { CREATE_TICKET } from './manifest.ts';
import {
  type Click,
  parseClick,
  parseFormSubmission,
  parseHome,
  parseShortcut,
  type Shortcut,
  type Submission,
} from './parse.ts';
import type { People } from './people.ts';
import { type Look, parseLook } from './reactions.ts';
import { cut } from './text.ts';
import { loadingView, moreView, noticeView } from './views.ts';
import type { Words } from './words.ts';

/** A form waits this long for its outcome, so that it can stay open with what was typed. Slack waits three seconds. */
const FORM_MS = 2_000;
const SLOW = 'This takes longer than usual. Look at the card before you send it again.';

export interface Desk {
  api: Api;
  people: People;
  log: Log;
  agents: AgentEntry[];
  /** Agents' e-mails by Slack user id, as configured. */
  emails: Record<string, string>;
  act(action: AgentAction): Promise<ActionReply>;
  /** True once for each id. */
  isNew(id: string): Promise<boolean>;
  /** Does it when it is the newest that this person did on the message, one after the other. */
  inOrder(look: Look, work: () => Promise<void>): Promise<void>;
  botUserId(): Promise<string | null>;
  /** What people write, kept before it is acknowledged. */
  words: Words;
  /** Ticket of the thread under a message. */
  ticketOf(channel: string, ts: string): Promise<CardRef | null>;
}

/** Hangs Deskhand's listeners on a bolt app. */
export function listen(app: App, desk: Desk): void {
  app.action(new RegExp(`^${PREFIX}`), async ({ ack, body }) => {
    await ack();
    const click = parseClick(body);
    if (click) await clicked(desk, click);
  });
  app.view<ViewSubmitAction>({ callback_id: FORM, type: 'view_submission' }, async ({ ack, body }) => {
    const submission = parseFormSubmission(body);
    if (submission && (await desk.isNew(submission.id))) await submitted(desk, submission, ack);
    else await ack();
  });
  app.shortcut({ callback_id: CREATE_TICKET, type: 'message_action' }, async ({ ack, body }) => {
    await ack();
    const shortcut = parseShortcut(body, await desk.botUserId());
    if (shortcut && (await desk.isNew(shortcut.id))) await taken(desk, shortcut);
  });
  app.command('/deskhand', async ({ ack, body }) => {
    await desk.words.command(body);
    await ack();
  });
  app.event('app_home_opened', async ({ body }) => {
    const home = parseHome(body);
    if (!home || !(await desk.isNew(home.id))) return;
    const answer = await desk.people
      .find(home.user)
      .then((agent) => desk.act({ ref: null, agent, intent: { type: 'command', text: 'today' } }))
      .then(shown, failed);
    if (answer) await desk.api.publishHome(home.user, answer);
  });
  for (const type of ['reaction_added', 'reaction_removed'] as const)
    app.event(type, async ({ body }) => {
      const look = parseLook(body);
      if (look) await looked(desk, look);
    });
  app.message(async ({ body }) => desk.words.hear(body));
}

/** What a reply shows: a card or words; null when there is nothing to show. */
function shown(reply: ActionReply): Card | string | null {
  if (reply.kind === 'card') return reply.card;
  return reply.kind === 'notice' ? reply.text : null;
}

async function clicked(desk: Desk, click: Click): Promise<void> {
  const origin = originOf(click);
  try {
    if (!(await desk.isNew(click.id))) return;
    const { what } = click;
    if (what.kind === 'more') {
      await desk.api.openView(click.triggerId, moreView(what.ref, what.actions, JSON.stringify(origin)));
      return;
    }
    const intent = what.kind === 'rewrite' ? intentOfRewrite(what.rewrite, click.id) : intentOf(what.action);
    const decide = async () => desk.act({ ref: what.ref, agent: await desk.people.find(click.user), intent });
    if (click.view || intent.type === 'open_form') {
      // The trigger lives for three seconds, so the window opens before anything else is asked.
      const [view, reply] = await Promise.all([
        click.view?.id ?? desk.api.openView(click.triggerId, loadingView(what.ref)),
        decide().catch(refused),
      ]);
      await desk.api.updateView(view, viewOf(reply, what.ref, origin));
      return;
    }
    await answer(desk, await decide(), click, origin);
  } catch (error) {
    desk.log.warn(
      { ticketId: click.what.ref.ticketId, reason: errorText(error) },
      'a press could not be answered',
    );
    await apologise(desk, click.user, error, origin);
  }
}

/** A message that somebody wants a ticket for: the form opens with its words. */
async function taken(desk: Desk, shortcut: Shortcut): Promise<void> {
  const { channel, ts, thread, text, author } = shortcut;
  const origin = { channel, message: encodeMessage(ts, thread) };
  try {
    const ask = async (): Promise<ActionReply> => {
      const [agent, writer] = await Promise.all([
        desk.people.find(shortcut.user),
        // Who wrote it only fills the form: not knowing them stops nobody.
        author.user ? desk.people.find(author.user).catch(() => null) : null,
      ]);
      const name = writer?.name ?? author.name;
      const from = { ...(name && { name }), ...(writer?.email && { email: writer.email }) };
      const message = { id: `${channel}/${ts}`, text, author: from };
      return desk.act({ ref: null, agent, intent: { type: 'create_ticket', message } });
    };
    const [view, reply] = await Promise.all([
      desk.api.openView(shortcut.triggerId, loadingView(null)),
      ask().catch(refused),
    ]);
    await desk.api.updateView(view, viewOf(reply, null, origin));
  } catch (error) {
    desk.log.warn({ reason: errorText(error) }, 'a form for a ticket could not be opened');
    await apologise(desk, shortcut.user, error, origin);
  }
}

const refused = (error: unknown): ActionReply => ({ kind: 'notice', ok: false, text: failed(error) });

/** A form, or what there is to say instead. */
function viewOf(reply: ActionReply, ref: CardRef | null, origin: Origin) {
  if (reply.kind === 'form') return renderForm(reply.form, origin);
  return noticeView(ref, reply.kind === 'notice' ? reply.text : 'Done.');
}

async function apologise(desk: Desk, user: string, error: unknown, origin: Origin): Promise<void> {
  const words = hasCode(error, 'trigger_expired', 'person_unknown')
    ? error.message
    : 'That could not be shown. What was done stands on the card; please press again if it is not what you wanted.';
  await desk.api
    .tell(user, words, ...whereOf(origin))
    .catch((failure: unknown) => desk.log.warn({ reason: errorText(failure) }, 'nor could that be told'));
}

/** Private words about what was pressed. A card in the channel is updated by the flows themselves. */
async function answer(desk: Desk, reply: ActionReply, click: Click, origin: Origin): Promise<void> {
  const said = shown(reply);
  if (said === null) return;
  const at = whereOf(origin);
  if (click.on?.ephemeral) await desk.api.answer({ ...click, at }, said, typeof said !== 'string');
  else if (typeof said === 'string') await desk.api.tell(click.user, said, ...at);
}

/** Where a press belongs: the message, or the one that its window was opened on. */
function originOf(click: Click): Origin {
  if (click.on) return { channel: click.on.channel, message: click.on.ephemeral ? null : click.on.message };
  try {
    const { channel, message } = JSON.parse(click.view?.metadata ?? '');
    return { channel: String(channel ?? ''), message: typeof message === 'string' ? message : null };
  } catch {
    return { channel: '', message: null };
  }
}

function whereOf(origin: Origin): Spot {
  return [origin.channel || null, origin.message ? parseMessage(origin.message).thread : null];
}

type ViewAck = (answer?: { response_action: 'errors'; errors: Record<string, string> }) => Promise<void>;

async function submitted(desk: Desk, submission: Submission, ack: ViewAck): Promise<void> {
  const { origin, blocks, user, values } = submission;
  const work = carryOut(desk, submission).catch((error: unknown): Outcome => ({ refused: failed(error) }));
  const quick: Outcome | null = await Promise.race([work, pause(FORM_MS, null)]);
  // Refused, or not done yet: the window stays open, so that nothing that was typed is lost.
  const fault = quick ?? { refused: SLOW };
  if ('refused' in fault) {
    const block = blocks[fault.field ?? ''] ?? Object.values(blocks)[0] ?? fault.field ?? '';
    await ack({ response_action: 'errors', errors: { [block]: cut(fault.refused, 300) } });
    if (quick) return;
  } else await ack();
  const outcome = await work;
  const typed = values.text ?? values.reason;
  const givenBack = typed ? `\nYou wrote: ${cut(typed, 2_500)}` : '';
  const words = 'refused' in outcome ? `${outcome.refused}${givenBack}` : outcome.said;
  if (words !== null) await desk.api.tell(user, words, ...whereOf(origin));
}

/** What became of a form. `field`: where the fault is. */
type Outcome = { refused: string; field?: string } | { said: string | null };

async function carryOut(desk: Desk, submission: Submission): Promise<Outcome> {
  const { form, ref, about, user } = submission;
  const values = { ...submission.values };
  for (const field of submission.people) {
    const person = await personOf(desk, values[field] ?? '');
    if ('refused' in person) return { ...person, field };
    values[field] = person.email;
  }
  const made = intentOfForm(form, values, about);
  if (!made.ok) return { refused: made.message, field: made.field };
  const agent = await desk.people.find(user);
  const reply = await desk.act({ ref, agent, intent: made.intent });
  if (reply.kind !== 'notice') return { said: null };
  return reply.ok ? { said: reply.text } : { refused: reply.text };
}

function failed(error: unknown): string {
  return error instanceof AppError ? error.message : 'Something went wrong on our side; please try again.';
}

/** The e-mail behind a person who was picked, or why that person will not do. */
async function personOf(desk: Desk, userId: string): Promise<{ email: string } | { refused: string }> {
  const person = await desk.people.find(userId).catch(() => null);
  if (!person)
    return { refused: 'Slack does not tell who that is just now. Nothing was done; please try again.' };
  const email = desk.emails[userId] ?? person.email;
  const name = person.name ?? 'This person';
  if (!email)
    return { refused: `Slack does not tell the e-mail address of ${name}, so it is not known who that is.` };
  const known = desk.agents.find((agent) => agent.email.toLowerCase() === email.toLowerCase());
  if (known || desk.agents.length === 0) return { email: known?.email ?? email };
  const names = desk.agents.filter(({ role }) => role !== 'viewer').map((agent) => agent.name);
  return { refused: `${name} is not an agent of Deskhand. Choose one of: ${names.join(', ')}.` };
}

/** 👀: shown on the card itself, so nothing is said. */
async function looked(desk: Desk, look: Look): Promise<void> {
  const { user, channel, ts, on } = look;
  const ref = await desk.ticketOf(channel, ts);
  if (!ref) return;
  await desk.inOrder(look, async () => {
    await desk.act({ ref, agent: await desk.people.find(user), intent: { type: 'looking', on } });
  });
}
