// What agents do: buttons, forms, notes and commands, and what the server answers.
import {
  ACTION_IDS,
  type ActionId,
  type CardRef,
  OTHER_FORMS,
  type Rewrite,
} from '../../../../src/model/card.ts';
import { intentOf, intentOfRewrite, type TakenMessage } from '../../../../src/model/platform.ts';
import type { ActionRequest, WireReply } from '../wire.ts';
import { call, go, type Refusal, toast } from './net.ts';
import { getState, type PostAt, setState } from './store.ts';

async function act(body: Omit<ActionRequest, 'agent'>): Promise<WireReply | Refusal | null> {
  const { me } = getState();
  if (!me) return null;
  const answer = await call<WireReply>('actions', { ...body, agent: me.email });
  return answer.ok ? answer.value : answer.refusal;
}

function busyWith(at: PostAt, on: boolean): void {
  const key = `${at.channel}/${at.post}`;
  const { [key]: _was, ...rest } = getState().busy;
  setState({ busy: on ? { ...rest, [key]: true } : rest });
}

/** A button of a card. Its card is dimmed until it changes or the server says no. */
export async function press(action: ActionId, ref: CardRef | null, at: PostAt): Promise<void> {
  if (getState().busy[`${at.channel}/${at.post}`]) return;
  if (action === 'show') go(at.channel, at.post);
  const intent = intentOf(action);
  if (intent.type === 'command') return;
  busyWith(at, true);
  const reply = await act({ ref, at, intent });
  const settled =
    intent.type === 'decision' && reply && 'kind' in reply && (reply.kind !== 'notice' || reply.ok);
  // The changed card ends it; should that event be lost, time does.
  if (settled) setTimeout(() => busyWith(at, false), 3_000);
  else busyWith(at, false);
  answerTo(reply, at, ref);
}

/** A button of a card that only this person sees: what comes of it takes the card's place. */
export async function pressAside(verb: string): Promise<void> {
  const { aside } = getState();
  const action = ACTION_IDS.find((id) => id === verb);
  if (!aside?.ref || !action) return;
  const intent = intentOf(action);
  if (intent.type === 'command') return;
  const reply = await act({ ref: aside.ref, at: null, intent });
  if (reply && 'kind' in reply && reply.kind !== 'notice') setState({ aside: null });
  answerTo(reply, null, aside.ref);
}

function answerTo(reply: WireReply | Refusal | null, at: PostAt | null, ref: CardRef | null): void {
  if (!reply) return;
  if ('error' in reply) toast(reply.message, 'bad');
  else if (reply.kind === 'form') setState({ form: { form: reply.form, at, ref: ref ?? reply.form.ref } });
  // The card of a decision comes as an event; only what a command answers is for these eyes alone.
  else if (reply.kind === 'card' && at === null) setState({ aside: reply.card });
  else if (reply.kind === 'notice') toast(reply.text, reply.ok ? 'ok' : 'bad');
}

export interface FormProblem {
  /** Null: about the whole form. */
  field: string | null;
  message: string;
}

/** Sends a filled form. Null when it was taken; else what is wrong, and the form stays as it is. */
export async function submitForm(values: Record<string, string>): Promise<FormProblem | null> {
  const open = getState().form;
  if (!open) return null;
  const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''));
  // The server checks it against the decision's schema and names the field that is wrong.
  const other = OTHER_FORMS.find((id) => id === open.form.id);
  const intent: ActionRequest['intent'] = other
    ? { type: 'submit', form: other, values: given, ...(open.form.origin && { origin: open.form.origin }) }
    : { type: 'decision', decision: { ...given, kind: open.form.id } };
  const reply = await act({ ref: open.form.ref, at: open.at, intent });
  if (!reply) return null;
  if ('error' in reply) {
    const field = reply.field?.split('.').at(-1) ?? null;
    return { field: open.form.fields.some((f) => f.id === field) ? field : null, message: reply.message };
  }
  if (reply.kind === 'notice' && !reply.ok) return { field: null, message: reply.text };
  setState({ form: null });
  answerTo(reply, open.at, open.ref);
  return null;
}

/** Has the draft of the open form written anew; what was typed is not kept. */
export async function rewrite(how: Rewrite): Promise<void> {
  const open = getState().form;
  const intent = intentOfRewrite(how, freshId());
  if (!open || intent.type === 'command') return;
  setState({ form: null });
  answerTo(await act({ ref: open.ref, at: open.at, intent }), open.at, open.ref);
}

/** 👀 on a card, set or taken back; the card that changes is the answer. */
export async function look(ref: CardRef, at: PostAt, on: boolean): Promise<void> {
  answerTo(await act({ ref, at, intent: { type: 'looking', on } }), at, ref);
}

/** Opens the form for a ticket with somebody's words. */
export async function createTicket(message: TakenMessage): Promise<void> {
  answerTo(await act({ ref: null, at: null, intent: { type: 'create_ticket', message } }), null, null);
}

const freshId = () => crypto.getRandomValues(new Uint32Array(4)).join('-');

/** Words under a card: internal, or a command to the bot. False when they were not taken. */
export async function reply(text: string): Promise<boolean> {
  const { thread, replies } = getState();
  if (!thread) return false;
  const content = replies[0]?.content;
  const answer = await act({
    ref: content?.kind === 'card' ? content.ref : null,
    at: thread,
    intent: { type: 'thread', text, id: freshId() },
  });
  answerTo(answer, thread, null);
  return answer !== null && !('error' in answer);
}

/** What speaks to the bot. */
export const COMMAND = /^(?:\/deskhand|@deskhand)\b\s*/i;

/** Words in a channel: for people, unless they begin with `/deskhand`. */
export async function say(text: string): Promise<boolean> {
  const { channel, me } = getState();
  if (!me) return false;
  if (COMMAND.test(text)) {
    const answer = await act({
      ref: null,
      at: null,
      intent: { type: 'command', text: text.replace(COMMAND, '') },
    });
    answerTo(answer, null, null);
    return answer !== null && !('error' in answer);
  }
  if (text.startsWith('/')) {
    toast(`Commands begin with /deskhand. Try "/deskhand help".`, 'bad');
    return false;
  }
  const answer = await call('posts', { agent: me.email, channel, text, id: freshId() });
  if (!answer.ok) toast(answer.refusal.message, 'bad');
  return answer.ok;
}

/** `#/ticket/T-1042`: shows a ticket that may have no card here, such as one of the imported history. */
export async function showTicketOfAddress(): Promise<void> {
  const key = /^#\/ticket\/(T-\d{1,9})$/.exec(location.hash)?.[1];
  if (!key) return;
  const { channel } = getState();
  history.replaceState(null, '', `#/${channel}`);
  answerTo(
    await act({ ref: null, at: null, intent: { type: 'command', text: `ticket ${key}` } }),
    null,
    null,
  );
}
