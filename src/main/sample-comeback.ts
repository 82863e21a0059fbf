// The end of the sample's story: one customer who was told that the export is fixed finds that it is not.
import { errorText } from '../model/errors.ts';
import type { InboundMessage, OutboundReply, Receipt } from '../model/message.ts';
import type { AdapterStore, Log } from '../ports.ts';

/** Long enough to look at what was sent. */
const AFTER_MS = 20_000;
const KEPT = 'comeback';

/** Watches what customers of the sample are sent; the first who is told of the fix writes back, once ever. */
export function createComeback(deps: {
  memory: AdapterStore;
  log: Log;
  receive(message: InboundMessage): Promise<Receipt>;
}): { sent(channel: string, reply: OutboundReply): Promise<void>; stop(): void } {
  let timer: NodeJS.Timeout | null = null;
  return {
    async sent(channel, reply) {
      if (!reply.text.includes('It is fixed now.') || !/export/i.test(reply.text)) return;
      if (timer || (await deps.memory.get(KEPT))) return;
      await deps.memory.set(KEPT, reply.key);
      timer = setTimeout(() => {
        deps
          .receive({
            channel,
            externalId: `comeback-${reply.key}`,
            customer: reply.to,
            subject: reply.subject ?? undefined,
            text: 'I tried it again just now and the export still fails: it climbs to 90 %, waits about four minutes, then the red box with EXP-504, same as before.',
          })
          .catch((error: unknown) =>
            deps.log.warn({ reason: errorText(error) }, 'the sample’s story ends early'),
          );
      }, AFTER_MS);
      timer.unref();
    },
    stop() {
      if (timer) clearTimeout(timer);
    },
  };
}
