// The calls to Slack's Web API: within its rates, errors as AppErrors, classic blocks where newer ones are refused.
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { types, webApi } from '@slack/bolt';
import { z } from 'zod';
import type { Card, Tone } from '../../../src/model/card.ts';
import { AppError, hasCode, mayPass } from '../../../src/model/errors.ts';
import type { Log, PostOptions, RateLimiter } from '../../../src/ports.ts';
import { slackCode, toAppError } from './errors.ts';
import { LIMITS, RATES } from './limits.ts';
import { mentioning } from './mention.ts';
import { createPictures } from './pictures.ts';
import { type RenderOptions, renderCard, type SlackMessage } from './render.ts';
import type { Responses } from './responses.ts';
import { line, rich, words } from './rich.ts';
import { cutLine, escaped } from './text.ts';

/** How urgent a post is that says nothing about it. */
const URGENCY: Record<Tone, number> = {
  P1: 1,
  P2: 0.7,
  P3: 0.5,
  P4: 0.3,
  neutral: 0.5,
  good: 0.5,
  warning: 0.7,
};

/** Marks what we post, so that it can be found again when the answer was lost. */
const POSTED = 'deskhand_posted';

/** Newest messages that are looked through for one of ours; a process that died is missed within a minute. */
const LOOKED_THROUGH = 100;

const BLOCK_ERRORS = ['invalid_blocks', 'invalid_blocks_format', 'invalid_arguments'];

const historySchema = z.looseObject({
  messages: z
    .array(
      z.looseObject({
        ts: z.string(),
        metadata: z.looseObject({ event_payload: z.looseObject({ id: z.string().optional() }) }).optional(),
      }),
    )
    .default([]),
});

/** `mention`: user ids. */
type PostCall = Omit<PostOptions, 'mention'> & { mention?: string[] };

/** A file that was uploaded a moment ago may not be ready to be shown: https://docs.slack.dev/reference/block-kit/blocks/image-block */
const PICTURE_PAUSE_MS = 1_500;
/** Ways that are tried: as it is, twice with a pause for pictures, without them, with classic blocks, shorter. */
const WAYS = 6;

/** Nothing that we say mentions anybody, makes links of words or shows previews. */
const QUIET = { parse: 'none', link_names: false, unfurl_links: false, unfurl_media: false } as const;

/** Channel and thread for a private word. */
export type Spot = [channel: string | null, thread: string | null];

export type Api = ReturnType<typeof createApi>;

export function createApi({
  client,
  responses,
  limiter,
  log,
}: {
  client: webApi.WebClient;
  responses: Responses;
  limiter: RateLimiter;
  log: Log;
}) {
  /** Set when the workspace refuses the newer blocks. */
  let classic = false;

  const picturesOf = createPictures({ client, log, call: (send) => call('files', send) });

  /** Draws and sends; once more in another way when Slack refuses the blocks. */
  async function draw<T>(card: Card, send: (message: SlackMessage) => Promise<T>): Promise<T> {
    const options: RenderOptions = { classic, pictures: await picturesOf(card) };
    for (let attempt = 1; ; attempt++) {
      try {
        return await send(renderCard(card, options));
      } catch (error) {
        const code = slackCode(error) ?? '';
        if (attempt === WAYS) throw error;
        if (code === 'msg_blocks_too_long' || code === 'msg_too_long')
          options.total = (options.total ?? LIMITS.message.total) / 2;
        else if (BLOCK_ERRORS.includes(code) && options.pictures?.size) {
          if (attempt < 3) await pause(PICTURE_PAUSE_MS);
          else options.pictures = new Map();
        } else if (BLOCK_ERRORS.includes(code) && !options.classic) {
          options.classic = true;
          classic = true;
          log.warn(
            { reason: code },
            'Slack refuses the newer blocks, so cards are drawn with the classic ones',
          );
        } else throw error;
      }
    }
  }

  /** Within the rate of a method; posting has one for each channel. What Slack answers by 429 goes again. */
  function paced<T>(
    method: keyof typeof RATES,
    { channel, urgency }: { channel?: string; urgency: number },
    send: () => Promise<T>,
  ): Promise<T> {
    const key = channel === undefined ? `slack ${method}` : `slack ${method} ${channel}`;
    return limiter.run({ key, rank: 1 - urgency, rates: [RATES[method]] }, send);
  }

  const attempt = <T>(send: () => Promise<T>): Promise<T> =>
    send().catch((error: unknown) => {
      throw toAppError(error);
    });

  /** Any other call; most of them somebody waits for. */
  const call = <T>(method: keyof typeof RATES, send: () => Promise<T>, urgency = 1): Promise<T> =>
    paced(method, { urgency }, () => attempt(send));

  async function ephemeral(
    channel: string,
    user: string,
    thread: string | null,
    message: SlackMessage,
  ): Promise<void> {
    const place = { channel, user, ...(thread && { thread_ts: thread }) };
    await call('chat.postEphemeral', () => client.chat.postEphemeral({ ...QUIET, ...place, ...message }));
  }

  /** After a lost answer, or a process that died: the message, when it was posted all the same. */
  async function findPosted(channel: string, thread: string | null, id: string): Promise<string | null> {
    const query = { channel, limit: LOOKED_THROUGH, include_all_metadata: true };
    const result = await (thread
      ? call('conversations.replies', () => client.conversations.replies({ ...query, ts: thread }))
      : call('conversations.history', () => client.conversations.history(query)));
    const { messages } = historySchema.parse(result);
    return messages.find(({ metadata }) => metadata?.event_payload.id === id)?.ts ?? null;
  }

  /** As `findPosted`; null where Slack will not tell, as without the scope: rather twice than never. */
  function findAgain(channel: string, thread: string | null, id: string): Promise<string | null> {
    return findPosted(channel, thread, id).catch((error: unknown) => {
      if (error instanceof AppError && error.retryable) throw error;
      return null;
    });
  }

  return {
    /**
     * Posts a card and returns where it is. AppError `outcome_unknown` (retryable) when the connection broke and
     * Slack could not be asked whether it was posted.
     */
    async post(
      channel: string,
      thread: string | null,
      card: Card,
      { urgency = URGENCY[card.tone], mention = [], key: id = randomUUID(), again }: PostCall = {},
    ): Promise<{ channel: string; ts: string }> {
      const before = again ? await findAgain(channel, thread, id) : null;
      if (before !== null) return { channel, ts: before };
      const send = async (message: SlackMessage) => {
        const result = await client.chat.postMessage({
          ...QUIET,
          channel,
          ...mentioning(message, mention),
          ...(thread && { thread_ts: thread }),
          metadata: { event_type: POSTED, event_payload: { id } },
        });
        if (!result.ts) throw new AppError('slack_refused', 'Slack posted a message without a name.');
        return { channel: result.channel ?? channel, ts: result.ts };
      };
      return paced('chat.postMessage', { channel, urgency }, () =>
        attempt(() => draw(card, send)).catch(async (error: unknown) => {
          if (!hasCode(error, 'slack_unreachable', 'slack_unavailable')) throw error;
          const ts = await findPosted(channel, thread, id).catch(() => {
            throw new AppError('outcome_unknown', `${error.message} It may have been posted.`, {
              retryable: true,
              cause: error,
            });
          });
          if (ts === null) throw error;
          return { channel, ts };
        }),
      );
    },

    /** `take` is asked for the card when its turn has come. */
    async update(channel: string, ts: string, take: () => Card, urgency = 0.5): Promise<void> {
      let taken: Card | null = null;
      const send = () => {
        const card = taken ?? take();
        taken = card;
        return attempt(() =>
          draw(card, (message) => client.chat.update({ ...QUIET, channel, ts, ...message })),
        );
      };
      await paced('chat.update', { urgency }, send);
    },

    /** Privately: in the channel, or by direct message where the person or the bot is not in it. */
    async tell(
      user: string,
      said: string | Card,
      channel: string | null,
      thread: string | null,
    ): Promise<void> {
      const say = (send: (message: SlackMessage) => Promise<unknown>) =>
        attempt(() => (typeof said === 'string' ? send(sentence(said)) : draw(said, send)));
      try {
        if (channel) {
          await say((message) => ephemeral(channel, user, thread, message));
          return;
        }
      } catch (error) {
        if (mayPass(error)) throw error;
      }
      await paced('chat.postMessage', { channel: user, urgency: 1 }, () =>
        say((message) => client.chat.postMessage({ ...QUIET, channel: user, ...message })),
      );
    },

    /** Through the response URL, which one may have, or else by a private message of the bot. */
    async answer(
      to: { user: string; responseUrl: string | null; at: Spot },
      said: string | Card,
      replace: boolean,
    ): Promise<void> {
      const tell = () => this.tell(to.user, said, ...to.at);
      await (to.responseUrl ? this.respond(to.responseUrl, said, replace).catch(tell) : tell());
    },

    /** Answers through a response URL: a new private message, or in place of the one that was pressed. */
    async respond(url: string, answer: string | Card, replace: boolean): Promise<void> {
      const send = (message: SlackMessage) =>
        paced('response URL', { urgency: 1 }, () => responses(url, message, replace));
      if (typeof answer === 'string') return send(sentence(answer));
      // A response URL does not say what it dislikes, so blocks that it refuses are drawn again as classic ones.
      await send(renderCard(answer, { classic })).catch((error: unknown) => {
        if (!hasCode(error, 'slack_refused')) throw error;
        return send(renderCard(answer, { classic: true }));
      });
    },

    /** Opens a window and returns its id. */
    async openView(trigger: string, view: types.ModalView): Promise<string> {
      const result = await call('views.open', () => client.views.open({ trigger_id: trigger, view }));
      return result.view?.id ?? '';
    },

    async updateView(id: string, view: types.ModalView): Promise<void> {
      await call('views.update', () => client.views.update({ view_id: id, view }));
    },

    /** Shows a card, or words, on a person's Home tab, which takes only the classic blocks. */
    async publishHome(user: string, shown: Card | string): Promise<void> {
      const { blocks } = typeof shown === 'string' ? sentence(shown) : renderCard(shown, { classic: true });
      await call('views.publish', () =>
        client.views.publish({ user_id: user, view: { type: 'home', blocks } }),
      );
    },

    user: (id: string): Promise<unknown> =>
      call('users.info', () => client.users.info({ user: id })).then(({ user }) => user),

    userByEmail: (email: string): Promise<string | null> =>
      call('users.lookupByEmail', () => client.users.lookupByEmail({ email })).then(
        ({ user }) => user?.id ?? null,
      ),

    identity: () => call('auth.test', () => client.auth.test()),

    /** 📝 under words that became a note. */
    async markKept(channel: string, ts: string): Promise<void> {
      await call('reactions.add', () => client.reactions.add({ channel, timestamp: ts, name: 'memo' }), 0.5);
    },

    /** Whether the bot may post there, in words when not. `channel` is an id, or a name with `#`. */
    async membership(channel: string): Promise<string | null> {
      const outside = (name: string) => `Deskhand is not in #${name}: write "/invite @Deskhand" there`;
      if (channel.startsWith('#')) return (await isIn(channel.slice(1))) ? null : outside(channel.slice(1));
      const result = await call('conversations.info', () => client.conversations.info({ channel }));
      if (result.channel?.is_archived) return `#${result.channel.name} is archived`;
      return result.channel?.is_member ? null : outside(result.channel?.name ?? channel);
    },
  };

  /** Whether the bot is in a channel of this name. */
  async function isIn(name: string): Promise<boolean> {
    let cursor = '';
    do {
      const page = await call('users.conversations', () =>
        client.users.conversations({
          types: 'public_channel,private_channel',
          exclude_archived: true,
          limit: 200,
          ...(cursor && { cursor }),
        }),
      );
      if (page.channels?.some((channel) => channel.name === name)) return true;
      cursor = page.response_metadata?.next_cursor ?? '';
    } while (cursor);
    return false;
  }
}

/** A few words as a message. */
function sentence(text: string): SlackMessage {
  return { text: escaped(cutLine(text, 200)), blocks: rich(line([words(text || '–', LIMITS.section)])) };
}
