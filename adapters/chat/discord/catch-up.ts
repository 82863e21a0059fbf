// What people wrote while nobody listened: the gateway tells nothing twice, so a new session reads the threads again.
import type { APIMessage } from 'discord.js';
import { SnowflakeUtil } from 'discord.js';
import { z } from 'zod';
import { AppError, errorText } from '../../../src/model/errors.ts';
import type { AdapterDeps } from '../../../src/ports.ts';
import type { DiscordApi } from './api.ts';
import type { DiscordMemory } from './memory.ts';
import { sleep } from './pace.ts';

/** How often it is noted that somebody listens, and how much further back is read: what was told then may be lost. */
const NOTED_MS = 60_000;
const MARGIN_MS = 60_000;
/** Older threads have left the list of the active ones. */
const LONGEST_MS = 24 * 3_600_000;
/** https://discord.com/developers/docs/resources/message#get-channel-messages */
const PAGE = 100;

interface Deps extends Pick<AdapterDeps, 'store' | 'clock' | 'log'> {
  api: Pick<DiscordApi, 'guilds' | 'activeThreads' | 'messagesAfter'>;
  memory: Pick<DiscordMemory, 'headOf'>;
  /** Takes a message as the gateway tells it; the same one again changes nothing. */
  hear(message: APIMessage): Promise<void>;
  /** Milliseconds between tries. */
  retryMs: number;
}

export type CatchUp = ReturnType<typeof createCatchUp>;

export function createCatchUp({ api, memory, store, clock, log, hear, retryMs }: Deps) {
  let listening: NodeJS.Timeout | undefined;
  let stopped = false;
  let reading = Promise.resolve();

  const note = () => store.set('listening', clock.now().getTime());

  /** Messages since then in the threads of our cards. */
  async function readSince(ms: number): Promise<void> {
    const since = String(SnowflakeUtil.generate({ timestamp: ms, increment: 0n }));
    for (const { id: guild } of await api.guilds()) {
      const { threads } = await api.activeThreads(guild);
      for (const { id, last_message_id: last } of threads) {
        if (!last || BigInt(last) <= BigInt(since) || !(await memory.headOf(id))) continue;
        for (let after = since; !stopped; ) {
          const page = await api.messagesAfter(id, after, PAGE);
          // Discord shows the newest first.
          for (const message of page.toReversed()) await hear(message);
          if (page.length < PAGE) break;
          after = page[0]?.id ?? after;
        }
      }
    }
  }

  /** Until it worked, or no try can help. */
  async function read(): Promise<void> {
    while (!stopped) {
      try {
        const now = clock.now().getTime();
        const last = z.number().safeParse(await store.get('listening')).data ?? now;
        await readSince(Math.max(last, now - LONGEST_MS) - MARGIN_MS);
        break;
      } catch (error) {
        log.warn({ reason: errorText(error) }, 'what was written meanwhile could not be read');
        if (!(error instanceof AppError && error.retryable)) break;
        await sleep(retryMs);
      }
    }
    if (stopped) return;
    await note();
    listening ??= setInterval(() => {
      note().catch((error: unknown) => log.warn({ reason: errorText(error) }, 'a time could not be noted'));
    }, NOTED_MS).unref();
  }

  return {
    /** A session begins; nothing that was told before will be told in it. */
    begin(): void {
      clearInterval(listening);
      listening = undefined;
      reading = reading.then(read).catch((error: unknown) => {
        log.warn({ reason: errorText(error) }, 'what was written meanwhile could not be read');
      });
    },

    async stop(): Promise<void> {
      const listened = listening !== undefined;
      stopped = true;
      clearInterval(listening);
      await reading;
      if (listened) await note();
    },
  };
}
