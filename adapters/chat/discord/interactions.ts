// Clicks, menus, forms and commands: answered within Discord's three seconds, worked on afterwards.
import { randomBytes } from 'node:crypto';
import {
  type APIInteraction,
  type APIInteractionResponse,
  type APIMessage,
  type APIMessageComponentSelectMenuInteraction,
  ComponentType,
  InteractionResponseType,
  InteractionType,
  MessageFlags,
} from 'discord.js';
import type { Card } from '../../../src/model/card.ts';
import { errorText, hasCode } from '../../../src/model/errors.ts';
import type { ActionReply, AgentAction, AgentRef } from '../../../src/model/platform.ts';
import type { Log } from '../../../src/ports.ts';
import { type DiscordApi, toBody } from './api.ts';
import { type FormContext, renderForm } from './forms.ts';
import { ANSWER_WITHIN_MS } from './limits.ts';
import type { createCoalescer } from './pace.ts';
import { sleep } from './pace.ts';
import { type ParsedInteraction, parseInteraction, writtenWords } from './parse.ts';
import { type Rendered, renderCard, renderRefused, renderText } from './render.ts';
import type { Sent } from './words.ts';

/** What a message shall show, and how soon. */
export interface Edit {
  card: Card;
  urgency: number | undefined;
}

interface Deps {
  api: DiscordApi;
  applicationId: string;
  log: Log;
  context: FormContext;
  edits: ReturnType<typeof createCoalescer<Edit>>;
  /** False when the event was handled before. */
  isNew(id: string): Promise<boolean>;
  /** True for one who asks about an event, in one process. */
  isMine(id: string): Promise<boolean>;
  act(action: AgentAction): Promise<ActionReply>;
  /** A direct message, for when the click itself can no longer be answered. */
  tell(agent: AgentRef, text: string): Promise<boolean>;
  /** Keeps what was written in a form until `work` is over. */
  keep(sent: Sent, work: Promise<void>): Promise<void>;
}

const BUSY = 'Deskhand is busy at the moment. Nothing was changed; please press the button again.';
const TOO_LONG =
  'This text is longer than a window of Discord can hold. Write your reply into the thread of the card: “@deskhand send: …”.';

/** "Deskhand is thinking…", for one person, who sees when nothing follows. */
const THINKING: APIInteractionResponse = {
  type: InteractionResponseType.DeferredChannelMessageWithSource,
  data: { flags: MessageFlags.Ephemeral },
};

/** A message's name among the updates. */
export const editKey = (channel: string, message: string): string => `${channel}/${message}`;

export function createInteractions(deps: Deps) {
  const { api, log, edits } = deps;

  return async function handle(event: APIInteraction): Promise<void> {
    if (event.application_id !== deps.applicationId) return;
    const parsed = parseInteraction(event, deps.context);
    if (!parsed) return;
    const opensForm =
      parsed.kind === 'action' && ['open_form', 'create_ticket'].includes(parsed.action.intent.type);
    if (parsed.kind === 'told' || opensForm) {
      if (!(await deps.isNew(event.id))) return;
      if (parsed.kind === 'action') await openForm(event, parsed.action);
      else if (parsed.kind === 'told') await answerPrivately(event, renderRefused(parsed.text, parsed.words));
      return;
    }
    if (event.type === InteractionType.ModalSubmit) {
      if (parsed.kind === 'action' && (await deps.isMine(event.id))) await carryOut(event, parsed, null);
      return;
    }
    // The answer goes out first; whether the event is new is asked meanwhile.
    const [answered, isNew] = await Promise.all([acknowledge(event, seen(event)), deps.isNew(event.id)]);
    if (answered === 'elsewhere' || !isNew || parsed.kind !== 'action') return;
    await carryOut(event, parsed, answered);
  };

  /** Says "seen" in time. A click that could not be answered is carried out all the same: it was made. */
  async function acknowledge(
    event: APIInteraction,
    answer: APIInteractionResponse,
  ): Promise<'here' | 'elsewhere' | 'failed'> {
    try {
      await api.answer(event.id, event.token, answer);
      return 'here';
    } catch (error) {
      if (hasCode(error, 'already_answered')) return 'elsewhere';
      log.warn({ interaction: event.id, reason: errorText(error) }, 'a click could not be answered in time');
      return 'failed';
    }
  }

  /** "Seen", before the work is done. A menu forgets at once what was chosen in it. */
  function seen(event: APIInteraction): APIInteractionResponse {
    if (event.type === InteractionType.ApplicationCommand || !event.message) return THINKING;
    // Behind a form only this is documented to clear a private card's menu; `clearMenu` is for forms that are left.
    const chosen = isMenu(event) || (event.type === InteractionType.ModalSubmit && isPrivate(event.message));
    const fresh = chosen && !isChanging(event.message) ? withFreshMenus(event.message) : null;
    return fresh
      ? { type: InteractionResponseType.UpdateMessage, data: toBody(fresh) }
      : { type: InteractionResponseType.DeferredMessageUpdate };
  }

  /** A newer picture of the message is on its way; its menus are new. */
  function isChanging(message: APIMessage): boolean {
    const watch = edits.watch(editKey(message.channel_id, message.id));
    watch.release();
    return watch.overtaken;
  }

  /**
   * `answered`: null for a form. Its window closes when it is answered, so what was written in it is done before that;
   * when time runs out, it is kept, and the person is shown that it is not done yet.
   */
  async function carryOut(
    event: APIInteraction,
    { action }: Extract<ParsedInteraction, { kind: 'action' }>,
    answered: 'here' | 'failed' | null,
  ): Promise<void> {
    const message = event.type === InteractionType.ApplicationCommand ? undefined : event.message;
    const key = message ? editKey(message.channel_id, message.id) : '';
    const watch = edits.watch(key);
    const over = Promise.withResolvers<void>();
    try {
      const acting = deps.act(action);
      const isLate =
        answered === null && (await Promise.race([acting, sleep(ANSWER_WITHIN_MS)])) === undefined;
      const isSafe = !isLate || (await keepWords(event, action, over.promise));
      const how = answered ?? (isSafe ? await acknowledge(event, isLate ? THINKING : seen(event)) : 'failed');
      const reply = await acting;
      const promised = how === 'here' && (isLate || !message);
      const say = (said: Rendered, words: string) =>
        how === 'failed'
          ? deps.tell(action.agent, words)
          : answerLater(event, said, action.agent, words, promised);
      switch (reply.kind) {
        case 'notice': {
          const kept = reply.ok ? null : writtenWords(action.intent);
          const said = kept
            ? renderRefused(reply.text, kept)
            : renderText(reply.text, reply.ok ? 'good' : 'warning');
          await say(said, kept ? `${reply.text}\n\n${kept}` : reply.text);
          return;
        }
        case 'card':
          if (!message || isPrivate(message)) {
            const card = renderCard(reply.card);
            await (message ? api.editAnswer(event.token, card) : say(card, reply.card.fallback));
            return;
          }
          // A newer picture of the ticket may have been drawn meanwhile.
          if (!watch.overtaken) await edits.submit(key, { card: reply.card, urgency: 1 });
          break;
        case 'form':
        case 'none':
          break;
      }
      // Nothing may be left "thinking".
      if (promised) await api.editAnswer(event.token, renderText('Done.', 'good'));
    } finally {
      watch.release();
      over.resolve();
    }
  }

  /** False when they could not be kept: then the window, which has them, stays open. */
  async function keepWords(
    { id, token }: APIInteraction,
    { agent, intent }: AgentAction,
    work: Promise<void>,
  ): Promise<boolean> {
    const text = writtenWords(intent);
    if (text === null) return true;
    return deps.keep({ id, token, agent, text }, work).then(
      () => true,
      () => false,
    );
  }

  /** After an acknowledgement: fills the answer that it promised, or follows up on it. */
  async function answerLater(
    event: APIInteraction,
    said: Rendered,
    agent: AgentRef,
    words: string,
    promised: boolean,
  ): Promise<void> {
    try {
      await (promised ? api.editAnswer(event.token, said) : api.followUp(event.token, said));
    } catch (error) {
      log.warn({ interaction: event.id, reason: errorText(error) }, 'a private answer could not be given');
      await deps.tell(agent, words);
    }
  }

  async function answerPrivately(event: APIInteraction, said: Rendered): Promise<void> {
    if (said.files.length > 0) {
      // A first answer carries no files.
      if ((await acknowledge(event, seen(event))) === 'here') await api.followUp(event.token, said);
      return;
    }
    await api.answer(event.id, event.token, {
      type: InteractionResponseType.ChannelMessageWithSource,
      data: toBody(said, MessageFlags.Ephemeral),
    });
  }

  /** A window can only be the first answer to a click, so what it shows must be known in time. */
  async function openForm(event: APIInteraction, action: AgentAction): Promise<void> {
    const late: ActionReply = { kind: 'notice', text: BUSY, ok: false };
    const menu = isMenu(event) ? event.message : null;
    const watch = menu && edits.watch(editKey(menu.channel_id, menu.id));
    try {
      const reply = await Promise.race([deps.act(action), sleep(ANSWER_WITHIN_MS).then(() => late)]);
      const modal = reply.kind === 'form' ? renderForm(reply.form, deps.context) : null;
      if (modal)
        await api.answer(event.id, event.token, { type: InteractionResponseType.Modal, data: modal });
      else
        await answerPrivately(
          event,
          renderText(
            reply.kind === 'notice' ? reply.text : TOO_LONG,
            reply.kind === 'notice' && reply.ok ? 'good' : 'warning',
          ),
        );
      if (menu && !watch?.overtaken) await clearMenu(menu, event.token);
    } finally {
      watch?.release();
    }
  }

  /** A window has taken the place of the answer, so the menu behind it is cleared by an edit. */
  async function clearMenu(message: APIMessage, token: string): Promise<void> {
    const fresh = withFreshMenus(message);
    if (!fresh) return;
    try {
      // A private message is in no channel: only who used it leads there.
      if (isPrivate(message)) await api.editAnswer(token, fresh, message.id);
      else await api.edit(message.channel_id, message.id, 9, () => fresh);
    } catch (error) {
      log.debug({ message: message.id, reason: errorText(error) }, 'the menu of a card could not be cleared');
    }
  }
}

function isMenu(event: APIInteraction): event is APIMessageComponentSelectMenuInteraction {
  return (
    event.type === InteractionType.MessageComponent &&
    event.data.component_type === ComponentType.StringSelect
  );
}

function isPrivate(message: APIMessage): boolean {
  return ((message.flags ?? 0) & MessageFlags.Ephemeral) !== 0;
}

/**
 * The same components with other ids on the menus: Discord keeps showing what was chosen, and the same entry could
 * not be chosen again. Null when there is a picture, which could not be sent back.
 */
function withFreshMenus({ components = [] }: APIMessage): Rendered | null {
  const fresh = randomBytes(3).toString('base64url');
  const text = JSON.stringify(components, (key, value: unknown) =>
    key === 'custom_id' && typeof value === 'string' && value.startsWith('dh1|menu|')
      ? `${value.split('|').slice(0, 4).join('|')}|${value.split('|')[4]?.[0] ?? '0'}${fresh}`
      : value,
  );
  return text.includes('"attachment') || text.includes(`"type":${ComponentType.MediaGallery}`)
    ? null
    : { components: JSON.parse(text), files: [] };
}
