// Messages of people: acknowledged when they are kept, carried out and answered in private afterwards.
import { z } from 'zod';
import type { Form } from '../../../src/model/card.ts';
import type { ActionReply, AgentAction } from '../../../src/model/platform.ts';
import type { AdapterDeps } from '../../../src/ports.ts';
import { type Activity, activitySchema, spotOf } from './activity.ts';
import { commandOf, type Press, parsePress, wordsOf } from './parse.ts';
import type { People } from './people.ts';
import type { Places } from './places.ts';
import type { Posts } from './posts.ts';
import { renderCard, renderText } from './render.ts';

const CUT_OFF =
  'Deskhand was stopped while it worked on this. If the card does not show it, please send it again.';

/** `sent`: what was written in a form that takes long. */
const writtenSchema = activitySchema.extend({ sent: z.string().optional() });
type Written = z.infer<typeof writtenSchema>;

export function createWords(deps: {
  places: Places;
  people: People;
  posts: Posts;
  openInbox: AdapterDeps['openInbox'];
  onAction: (action: AgentAction) => Promise<ActionReply>;
  /** Carries out a press. */
  ask(activity: Activity, press: Press): Promise<ActionReply>;
  formInChat(activity: Activity, form: Form): Promise<unknown>;
}) {
  const { places, people, posts, onAction } = deps;

  const inbox = deps.openInbox<Written>({
    schema: writtenSchema,
    text: (written) => written.sent ?? wordsOf(written).text,
    // Notes are for threads; what is said to the bot in a private chat needs no mention.
    isOrder: (written) =>
      written.sent === undefined && (wordsOf(written).addressed || spotOf(written).root === null),
    writtenAt: ({ timestamp }) => timestamp?.getTime() ?? null,
    lineOf: ({ from, conversation, sent }) => (sent === undefined ? `${from.id} ${conversation.id}` : null),
    async carryOut(activity) {
      if (activity.sent !== undefined)
        return { kind: 'notice', ok: false, text: `${CUT_OFF}\n\nWhat you wrote:\n\n${activity.sent}` };
      const press = pressIn(activity);
      if (press) return deps.ask(activity, press);
      const { text } = wordsOf(activity);
      const agent = await people.agentOf(activity);
      const ticketId = await ticketOf(activity);
      if (!ticketId)
        return onAction({ ref: null, agent, intent: { type: 'command', text: commandOf(text) } });
      const intent = { type: 'thread' as const, text, id: nameOf(activity) };
      return onAction({ ref: { ticketId, draftVersion: 0 }, agent, intent });
    },
    async answer(activity, reply) {
      const userId = activity.from.aadObjectId ?? activity.from.id;
      if (reply.kind === 'card') await posts.whisper(userId, renderCard(reply.card));
      if (reply.kind === 'notice') await posts.whisper(userId, renderText(reply.text));
      if (reply.kind === 'form') await deps.formInChat(activity, reply.form);
    },
  });

  /** Of the thread that it stands in. */
  async function ticketOf(activity: Activity): Promise<string | null> {
    const { channel, root } = spotOf(activity);
    return root === null ? null : places.ticketOf(channel, root);
  }

  return {
    /** Resolves when the words of a form are kept. Whoever sent them gets them back if this process ends before `work`. */
    keep: (activity: Activity, sent: string, work: Promise<void>): Promise<void> =>
      inbox.take(
        `form ${nameOf(activity)}`,
        { ...activity, sent },
        work.then(
          () => ({ kind: 'none' }),
          () => ({ kind: 'none' }),
        ),
      ),

    start: () => inbox.start(),
    stop: () => inbox.stop(),

    /** Resolves when it is kept, or is nothing to us. */
    async hear(activity: Activity): Promise<void> {
      const { from, recipient, conversation } = activity;
      if (from.id === recipient.id || from.id.startsWith('28:') || from.role === 'bot') return;
      const { text, addressed } = wordsOf(activity);
      const toUs = addressed || conversation.conversationType === 'personal';
      const forUs = pressIn(activity) ?? (toUs || (text !== '' && (await ticketOf(activity)) !== null));
      if (!forUs) return;
      const named = { ...activity, id: activity.id ?? crypto.randomUUID() };
      await inbox.take(nameOf(named), named);
    },
  };
}

/** Where dialogs are not known, their button arrives as a message with data. */
function pressIn(activity: Activity): Press | null {
  return activity.text ? null : parsePress(activity);
}

/** The same for every delivery: Teams numbers the messages of a conversation by their milliseconds. */
function nameOf({ conversation, id }: Activity): string {
  return `${conversation.id}/${id}`;
}
