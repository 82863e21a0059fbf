// What the flows say to an agent -> what Teams shows: an answer to the press in time, the rest when it is done.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Form } from '../../../src/model/card.ts';
import { withDeadline } from '../../../src/model/deadline.ts';
import { errorText, hasCode } from '../../../src/model/errors.ts';
import type { ActionReply, AgentAction, Intent, MessageRef } from '../../../src/model/platform.ts';
import type { AdapterDeps, Log } from '../../../src/ports.ts';
import { type Activity, spotOf } from './activity.ts';
import { type Filled, renderForm } from './forms.ts';
import { LIMITS } from './limits.ts';
import { type Press, parsePress, pickedPerson, takenMessageOf, withPerson } from './parse.ts';
import { type People, unknownPerson } from './people.ts';
import type { Places } from './places.ts';
import type { Posts } from './posts.ts';
import { type Look, parseLook } from './reactions.ts';
import { type Content, renderCard, renderText } from './render.ts';
import type { DialogAnswer, Handlers, PressAnswer } from './sdk.ts';
import type { Seen } from './seen.ts';
import { createWords } from './words.ts';

const LATER = 'Still working on it; the card shows the result.';
const AGAIN = 'This has been received already.';
const NO_CHAT =
  'Your private chat with Deskhand could not be opened; add the app for yourself and try again.';
const IN_CHAT = 'It is in your chat with Deskhand.';
const UNKNOWN_PERSON =
  'Teams does not tell the e-mail address of this person, so it is not known who that is. Choose an agent by name.';
const NO_MESSAGE =
  'Teams did not tell which message this is about; open the menu of a message and try again.';
const NOT_OURS = 'This card is of another version of Deskhand; ask for the ticket again.';

/** What somebody pressed or sent. */
interface Sent {
  activity: Activity;
  press: Press;
}

export type Answers = ReturnType<typeof createAnswers>;

export function createAnswers(deps: {
  places: Places;
  people: People;
  posts: Posts;
  seen: Seen;
  /** Does it when it is the newest that this person did on the message, one after the other. */
  inOrder(look: Look, work: () => Promise<void>): Promise<void>;
  openInbox: AdapterDeps['openInbox'];
  log: Log;
  onAction: (action: AgentAction) => Promise<ActionReply>;
}) {
  const { places, people, posts, seen, inOrder, openInbox, log, onAction } = deps;
  /** What goes on after its event was answered. */
  const working = new Set<Promise<unknown>>();

  function inBackground(work: Promise<unknown>): void {
    const kept = work
      .catch((error: unknown) => log.error({ reason: errorText(error) }, 'work after the answer failed'))
      .finally(() => working.delete(kept));
    working.add(kept);
  }

  /**
   * The result of `work`, or `late` when it takes too long; then `afterwards` gets the result. What was written in a form
   * is kept meanwhile.
   */
  async function inTime<T>(
    work: Promise<T>,
    late: T,
    { activity, press, afterwards }: Sent & { afterwards: (result: T) => Promise<void> },
  ): Promise<T> {
    const timer = new AbortController();
    const slow = sleep(LIMITS.answerMs, 'slow' as const, { signal: timer.signal }).catch(
      () => 'slow' as const,
    );
    const first = await Promise.race([work.then((value) => ({ value })), slow]);
    timer.abort();
    if (first !== 'slow') return first.value;
    const over = work.then(afterwards);
    inBackground(over);
    const text = press.form?.values.text ?? press.form?.values.reason;
    if (text) await words.keep(activity, text, over);
    return late;
  }

  /** True when it was said. */
  async function whisper(activity: Activity, content: Content): Promise<boolean> {
    const userId = activity.from.aadObjectId ?? activity.from.id;
    try {
      await posts.whisper(userId, content);
      return true;
    } catch (error) {
      log.warn({ userId, reason: errorText(error) }, 'an agent could not be told in private');
      return false;
    }
  }

  async function ask(activity: Activity, press: Press): Promise<ActionReply> {
    if (press.kind === 'invalid') return { kind: 'notice', text: press.problem, ok: false };
    const picked = pickedPerson(press);
    if (picked) {
      const email = await people.emailOf(activity, picked);
      if (!email) return { kind: 'notice', text: UNKNOWN_PERSON, ok: false };
      return ask(activity, withPerson(press, email));
    }
    return actAs(activity, { ref: press.ref, intent: press.intent }, press.form);
  }

  /** Somebody of whom nothing is known yet can try again; they are told so, in time where it is about a form. */
  async function actAs(
    activity: Activity,
    action: Omit<AgentAction, 'agent'>,
    form: Press['form'] = null,
  ): Promise<ActionReply> {
    try {
      const who = people.agentOf(activity);
      const agent = await (form ? withDeadline(LIMITS.whoMs, who, unknownPerson) : who);
      return await onAction({ ...action, agent });
    } catch (error) {
      if (!hasCode(error, 'person_unknown')) throw error;
      return { kind: 'notice', text: error.message, ok: false };
    }
  }

  /** The message that a button belongs to. */
  function messageOf(activity: Activity): MessageRef | null {
    const { channel, root } = spotOf(activity);
    const id = activity.replyToId;
    if (!id) return null;
    return { platform: 'teams', channel, message: root === null || root === id ? id : `${root}/${id}` };
  }

  /** A refused reply text is given back, since the card with its input may change any moment. */
  const withWords = (text: string, press: Press) =>
    press.form?.values.text ? `${text}\n\nWhat you wrote:\n\n${press.form.values.text}` : text;

  async function formInChat(activity: Activity, form: Form, filled?: Filled): Promise<string> {
    const card = renderForm(form, 'chat', filled);
    if (!card) return tooLong(form);
    const shown = await whisper(activity, { card, summary: form.title });
    return shown ? IN_CHAT : NO_CHAT;
  }

  async function pressed(activity: Activity, press: Press): Promise<PressAnswer> {
    const message = messageOf(activity);
    using changes = message && posts.watch(message);
    const reply = await ask(activity, press);
    switch (reply.kind) {
      case 'card': {
        // The flows may have shown a later state meanwhile; it is not taken back.
        const content = changes?.newest ?? renderCard(reply.card);
        const deliver = async () => {
          if (!message) return;
          await posts.update(message, content).catch((error: unknown) => {
            log.warn(
              { ...message, reason: errorText(error) },
              'a card could not be changed for everybody yet',
            );
          });
        };
        return { kind: 'card', card: content.card, deliver };
      }
      case 'form':
        return { kind: 'text', text: await formInChat(activity, reply.form) };
      case 'notice': {
        if (reply.ok || !press.form?.values.text) return { kind: 'text', text: reply.text };
        const words = withWords(reply.text, press);
        const kept = await whisper(activity, renderText(words));
        return {
          kind: 'text',
          text: kept ? `${reply.text} What you wrote is in your chat with Deskhand.` : words,
        };
      }
      case 'none':
        return { kind: 'text', text: 'Done.' };
    }
  }

  async function dialog(activity: Activity, press: Press): Promise<DialogAnswer> {
    const reply = await ask(activity, press);
    switch (reply.kind) {
      case 'form':
        return showForm(reply.form);
      case 'notice':
        return reply.ok || !press.form
          ? { kind: 'text', text: reply.text }
          : again(activity, press, reply.text);
      case 'card':
      case 'none':
        return { kind: 'done' };
    }
  }

  /** The form again, as it is now, with what was written and why it was not taken. */
  async function again(activity: Activity, press: Press, error: string): Promise<DialogAnswer> {
    if (!press.form) return { kind: 'text', text: error };
    const { id, values, origin } = press.form;
    const intent: Intent =
      id === 'create_ticket' && origin
        ? { type: 'create_ticket', message: { id: origin, text: values.text ?? '', author: {} } }
        : { type: 'open_form', form: id };
    const reply = await actAs(activity, { ref: press.ref, intent }, press.form);
    if (reply.kind !== 'form') return { kind: 'text', text: withWords(error, press) };
    return showForm(reply.form, { values, error });
  }

  function showForm(form: Form, filled?: Filled): DialogAnswer {
    const card = renderForm(form, 'dialog', filled);
    const title = form.title.slice(0, LIMITS.dialogTitle);
    return card ? { kind: 'dialog', title, card } : { kind: 'text', text: tooLong(form) };
  }

  /** 👀: shown on the card itself, so nothing is said. */
  async function looked(activity: Activity): Promise<void> {
    const look = parseLook(activity);
    const ticketId = look && (await places.ticketOf(look.channel, look.message));
    if (!ticketId) return;
    await inOrder(look, async () => {
      const ref = { ticketId, draftVersion: 0 };
      await actAs(activity, { ref, intent: { type: 'looking', on: look.on } });
    });
  }

  const words = createWords({ places, people, posts, openInbox, onAction, ask, formInChat });

  async function comeOrGo(activity: Activity): Promise<void> {
    const { recipient, membersRemoved = [], type, action } = activity;
    const gone =
      (type === 'installationUpdate' && action === 'remove') ||
      membersRemoved.some(({ id }) => id === recipient.id);
    const spot = spotOf(activity);
    if (gone) await places.leave(spot.channel);
  }

  const eventOf = (activity: Activity) => activity.id ?? crypto.randomUUID();

  const handlers: Handlers = {
    async press(activity) {
      const press = parsePress(activity);
      if (!press) return { kind: 'text', text: NOT_OURS };
      const carryOut = async () => {
        const [answer] = await Promise.all([
          pressed(activity, press),
          places.meet(spotOf(activity), activity.serviceUrl),
        ]);
        return answer;
      };
      const work = seen.once<PressAnswer>(eventOf(activity), carryOut, { kind: 'text', text: AGAIN });
      const afterwards = async (answer: PressAnswer) => {
        if (answer.kind === 'card') await answer.deliver();
        else await whisper(activity, renderText(answer.text));
      };
      return inTime<PressAnswer>(work, { kind: 'text', text: LATER }, { activity, press, afterwards });
    },
    async openDialog(activity) {
      const press = parsePress(activity);
      return press ? dialog(activity, press) : { kind: 'text', text: NOT_OURS };
    },
    async takeMessage(activity) {
      const message = takenMessageOf(activity);
      if (!message) return { kind: 'text', text: NO_MESSAGE };
      const reply = await actAs(activity, { ref: null, intent: { type: 'create_ticket', message } });
      if (reply.kind === 'form') return showForm(reply.form);
      return reply.kind === 'notice' ? { kind: 'text', text: reply.text } : { kind: 'done' };
    },
    async submitDialog(activity) {
      const press = parsePress(activity);
      if (!press) return { kind: 'text', text: NOT_OURS };
      const work = seen.once<DialogAnswer>(eventOf(activity), () => dialog(activity, press), {
        kind: 'done',
      });
      const afterwards = async (answer: DialogAnswer) => {
        if (answer.kind === 'text') await whisper(activity, renderText(answer.text));
        if (answer.kind === 'dialog' && press.form)
          await whisper(activity, renderText(withWords(`${answer.title} was not taken.`, press)));
      };
      return inTime<DialogAnswer>(work, { kind: 'text', text: LATER }, { activity, press, afterwards });
    },
    async happened(activity) {
      await places.meet(spotOf(activity), activity.serviceUrl);
      if (activity.type === 'messageReaction') return looked(activity);
      if (activity.type !== 'message') return comeOrGo(activity);
      await words.hear(activity);
    },
  };

  return {
    handlers,
    /** Goes on with what people wrote to an earlier process. */
    start: () => words.start(),
    /** Waits for what goes on after its event was answered. */
    async finish(): Promise<void> {
      await words.stop();
      await Promise.all(working);
      await seen.finish();
    },
  };
}

function tooLong(form: Form): string {
  return `“${form.title}” holds more text than a form of Teams takes. Open the ticket in the console, or write "@deskhand send: TEXT" in the card's thread.`;
}
