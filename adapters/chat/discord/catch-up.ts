// What people wrote while nobody listened: the gateway tells nothing twice, so a new session reads the threads again.
import type { APIMessage } from 'discord.js';
import { SnowflakeUtil } from 'discord.js';
import { z } from 'zod';
import { AppError, errorText, hasCode } from '../../../src/model/errors.ts';
import type { AdapterDeps } from '../../../src/ports.ts';
import type { DiscordApi } from './api.ts';
import type { DiscordMemory } from './memory.ts';
import { sleep } from './pace.ts';

/** How often it is noted that somebody listens, and how much further back is read: a dead line is noticed late. */
const NOTED_MS = 60_000;
const MARGIN_MS = 2 * 60_000;
/** Older threads have left the list of the active ones. */
const LONGEST_MS = 24 * 3_600_000;
/** https://discord.com/developers/docs/resources/message#get-channel-messages */
const PAGE = 100;

interface Deps extends Pick<AdapterDeps, 'store' | 'clock' | 'log'> {
  api: Pick<DiscordApi, 'guilds' | 'activeThreads' | 'messagesAfter'>;
  memory: Pick<DiscordMemory, 'headOf'>;
  /** Takes a message as the gateway tells it; the same one again changes nothing. */
  hear(message: APIMessage): Promise<void>;
  /** Whether Discord is connected, and so tells us what is written. */
  isListening(): boolean;
  /** Milliseconds between tries. */
  retryMs: number;
}

export type CatchUp = ReturnType<typeof createCatchUp>;

export function createCatchUp({ api, memory, store, clock, log, hear, isListening, retryMs }: Deps) {
  let listening: NodeJS.Timeout | undefined;
  let stopped = false;
  let reading = Promise.resolve();

  /** Messages since then in the threads of our cards. */
  async function readSince(ms: number): Promise<void> {
    const since = String(SnowflakeUtil.generate({ timestamp: ms, increment: 0n }));
    for (const { id: guild } of await api.guilds())
      await orSkip(async () => {
        const { threads } = await api.activeThreads(guild);
        for (const { id, last_message_id: last } of threads)
          if (last && BigInt(last) > BigInt(since) && (await memory.headOf(id)))
            await orSkip(() => readThread(id, since));
      });
  }

  async function readThread(id: string, since: string): Promise<void> {
    for (let after = since; !stopped; ) {
      const page = await api.messagesAfter(id, after, PAGE);
      // Discord shows the newest first.
      for (const message of page.toReversed()) await hear(message);
      if (page.length < PAGE) return;
      after = page[0]?.id ?? after;
    }
  }

  /** What is closed to us keeps nobody from reading the rest. */
  async function orSkip(reading: () => Promise<void>): Promise<void> {
    try {
      await reading();
    } catch (error) {
      if (!hasCode(error, 'channel_gone', 'missing_permission', 'discord_refused')) throw error;
      log.warn({ reason: errorText(error) }, 'a thread could not be read');
    }
  }

  function note(): void {
    if (!isListening()) return;
    store
      .set('listening', clock.now().getTime())
      .catch((error: unknown) => log.warn({ reason: errorText(error) }, 'a time could not be noted'));
  }

  /** Until it worked, or no try can help. */
  async function read(): Promise<void> {
    while (!stopped) {
      try {
        const now = clock.now().getTime();
        const last = z.number().safeParse(await store.get('listening')).data ?? now;
        await readSince(Math.max(last, now - LONGEST_MS) - MARGIN_MS);
        if (!stopped) await store.set('listening', now);
        break;
      } catch (error) {
        log.warn({ reason: errorText(error) }, 'what was written meanwhile could not be read');
        if (!(error instanceof AppError && error.retryable)) break;
        await sleep(retryMs);
      }
    }
    if (!stopped) listening ??= setInterval(note, NOTED_MS).unref();
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
      stopped = true;
      clearInterval(listening);
      await reading;
    },
  };
}
