// Posting, changing and whispering: our references and cards on one side, conversations of Teams on the other.
import { hasCode } from '../../../src/model/errors.ts';
import type { MessageRef } from '../../../src/model/platform.ts';
import type { Clock, PostOptions, RateLimiter, ShowOptions } from '../../../src/ports.ts';
import { conversationId } from './activity.ts';
import { LIMITS } from './limits.ts';
import { mentioning } from './mention.ts';
import type { Places } from './places.ts';
import type { Content } from './render.ts';
import type { Address, TeamsSdk } from './sdk.ts';
import { createUpdates } from './updates.ts';

const ID = 'teams';

export type Posts = ReturnType<typeof createPosts>;

/** `sdk` answers when the SDK is loaded. */
export function createPosts(deps: {
  clock: Clock;
  limiter: RateLimiter;
  places: Places;
  sdk: () => Promise<TeamsSdk>;
}) {
  const { places } = deps;
  const updates = createUpdates<Content>(deps.clock);
  const keyOf = (ref: MessageRef) => `${ref.channel} ${ref.message}`;

  /** `ROOT` in a channel or chat, `ROOT/ID` in a thread. */
  function locate({ message }: MessageRef): { root: string; id: string } {
    const [root = '', id = root] = message.split('/');
    return { root, id };
  }

  /** Within the rates of a conversation; each kind of call has its own. */
  function paced<T>(call: string, urgency: number, send: () => Promise<T>): Promise<T> {
    return deps.limiter.run({ key: `teams ${call}`, rank: 1 - urgency, rates: LIMITS.pace }, send);
  }

  async function addressOf(channel: string, root: string | null): Promise<Address> {
    const { serviceUrl, kind } = await places.conversation(channel);
    return { serviceUrl, conversation: conversationId(channel, kind === 'channel' ? root : null), kind };
  }

  const posts = {
    /** Posts to a channel or chat; with `thread`, under that message where the platform has threads. */
    async post(
      channel: string,
      thread: MessageRef | null,
      content: Content,
      { urgency = 0.5, mention = [] }: PostOptions = {},
    ): Promise<MessageRef> {
      const at = await addressOf(channel, thread && locate(thread).root);
      const sdk = await deps.sdk();
      const shown = mentioning(content, mention);
      const id = await paced(`post ${at.conversation}`, urgency, () => sdk.post(at, shown));
      const threaded = thread && at.kind === 'channel';
      const ref = { platform: ID, channel, message: threaded ? `${locate(thread).root}/${id}` : id };
      updates.posted(keyOf(ref), content);
      return ref;
    },

    /** Changes a message; of several changes that wait the newest wins. */
    async update(ref: MessageRef, content: Content, { urgency = 0.5 }: ShowOptions = {}): Promise<void> {
      await updates.put(keyOf(ref), content, async (newest) => {
        const { root, id } = locate(ref);
        const at = await addressOf(ref.channel, root);
        const sdk = await deps.sdk();
        await paced(`update ${at.conversation}`, urgency, () => sdk.update(at, id, newest));
      });
    },

    /** Tells what a message is changed to from now on. */
    watch: (ref: MessageRef) => updates.watch(keyOf(ref)),

    /** Says something in the private chat with a person, which is opened when there is none. */
    async whisper(userId: string, content: Content): Promise<void> {
      const known = await places.chatWith(userId);
      if (known) {
        try {
          await posts.post(known, null, content);
          return;
        } catch (error) {
          if (!hasCode(error, 'channel_gone')) throw error;
        }
      }
      const person = await places.person(userId);
      const serviceUrl = person?.serviceUrl ?? (await places.conversation('')).serviceUrl;
      const sdk = await deps.sdk();
      // Somebody who has never been seen is named by the Entra id.
      const id = await paced(`open ${userId}`, 1, () => sdk.openChat(serviceUrl, person?.id ?? userId));
      await places.meet({ channel: id, root: null, kind: 'chat' }, serviceUrl);
      await places.keepChat(userId, id);
      await posts.post(id, null, content);
    },
  };
  return posts;
}
