// The sample workspace's channels: replies go to a sample mailbox that the console shows, never to a mail server.
import { sentReplyCard } from '../cards/notes.ts';
import type { OutboundReply } from '../model/message.ts';
import type { AdapterStore, ChatPlatform, Clock, IntakeChannel } from '../ports.ts';

/** The console's channel with everything that customers of the sample workspace were sent. */
const MAILBOX = { platform: 'console', channel: 'sent' };

/** A channel whose far end is the sample mailbox. Idempotent: a key is shown once. */
export function createSampleChannel(
  id: string,
  deps: {
    platform(): ChatPlatform | undefined;
    memory: AdapterStore;
    clock: Clock;
    timeZone: string;
    /** Hears of every reply once. */
    sent?(channel: string, reply: OutboundReply): Promise<void>;
  },
): IntakeChannel {
  return {
    id,
    idempotent: true,
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    async send(reply) {
      const key = `sent/${reply.key}`;
      if (!(await deps.memory.get(key))) {
        const at = deps.clock.now();
        const { name = null, email = null } = reply.to;
        const card = sentReplyCard(
          { ...reply, to: { name, email }, channel: id, at },
          { now: at, timeZone: deps.timeZone },
        );
        await deps.platform()?.post(MAILBOX, card);
        await deps.memory.set(key, at.toISOString());
        await deps.sent?.(id, reply);
      }
      return { providerId: `sample:${reply.key}` };
    },
    health: () => Promise.resolve({ ok: true, detail: 'sample mailbox; nothing leaves this machine' }),
  };
}
