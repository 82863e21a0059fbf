// What people wrote while nobody listened: the gateway tells nothing twice, so a new session reads the threads again.
import { type APIMessage, SnowflakeUtil } from 'discord.js';
import { z } from 'zod';
import { DAY_MS, MINUTE_MS } from '../../../src/model/duration.ts';
import { errorText, mayPass } from '../../../src/model/errors.ts';
import type { AdapterDeps } from '../../../src/ports.ts';
import type { DiscordApi, Thread } from './api.ts';
import type { DiscordMemory } from './memory.ts';
import { sleep } from './pace.ts';

/** How often it is noted that somebody listens, and how much further back is read: a dead line is noticed late. */
const NOTED_MS = MINUTE_MS;
const MARGIN_MS = 2 * MINUTE_MS;
/** What is older nobody waits for. */
const LONGEST_MS = DAY_MS;
/** https://discord.com/developers/docs/resources/message#get-channel-messages */
const PAGE = 100;

interface Deps extends Pick<AdapterDeps, 'store' | 'clock' | 'log'> {
  api: Pick<DiscordApi, 'guilds' | 'activeThreads' | 'archivedThreads' | 'messagesAfter'>;
  memory: Pick<DiscordMemory, 'headOf' | 'channels'>;
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
  /** Something was not heard that no reading has looked for yet. */
  let due = false;
  let reading: Promise<void> | null = null;

  /** Messages since then in the threads of our cards. */
  async function readSince(ms: number): Promise<void> {
    const since = String(SnowflakeUtil.generate({ timestamp: ms, increment: 0n }));
    for (const { id: guild } of await api.guilds())
      await orSkip(async () => {
        for (const thread of (await api.activeThreads(guild)).threads) await readThread(thread, since);
      });
    for (const channel of await memory.channels())
      await orSkip(async () => {
        for (const thread of await archivedSince(channel, ms)) await readThread(thread, since);
      });
  }

  /** Threads of a channel that went to sleep since then, which they do an hour after the last word. */
  async function archivedSince(channel: string, ms: number): Promise<Thread[]> {
    const found: Thread[] = [];
    for (let before: string | undefined; ; ) {
      const { threads, has_more: hasMore } = await api.archivedThreads(channel, before);
      const late = threads.filter((one) => Date.parse(one.thread_metadata.archive_timestamp) > ms);
      found.push(...late);
      before = threads.at(-1)?.thread_metadata.archive_timestamp;
      if (!hasMore || late.length < threads.length || !before) return found;
    }
  }

  async function readThread({ id, last_message_id: last }: Thread, since: string): Promise<void> {
    if (last && BigInt(last) > BigInt(since) && (await memory.headOf(id)))
      await orSkip(() => readMessages(id, since));
  }

  async function readMessages(id: string, since: string): Promise<void> {
    for (let after = since; !stopped; ) {
      const page = await api.messagesAfter(id, after, PAGE);
      // Discord shows the newest first.
      for (const message of page.toReversed()) await hear(message);
      if (page.length < PAGE) return;
      after = page[0]?.id ?? after;
    }
  }

  /** What is closed to us, or cannot be understood, keeps nobody from reading the rest. */
  async function orSkip(reading: () => Promise<void>): Promise<void> {
    try {
      await reading();
    } catch (error) {
      if (mayPass(error)) throw error;
      log.warn({ reason: errorText(error) }, 'a thread could not be read');
    }
  }

  function note(): void {
    if (!isListening()) return;
    store
      .set('listening', clock.now().getTime())
      .catch((error: unknown) => log.warn({ reason: errorText(error) }, 'a time could not be noted'));
  }

  /** Until nothing is due. */
  async function read(): Promise<void> {
    while (due && !stopped) {
      due = false;
      try {
        const now = clock.now().getTime();
        const last = z.number().safeParse(await store.get('listening')).data ?? now;
        await readSince(Math.max(last, now - LONGEST_MS) - MARGIN_MS);
        if (!stopped) await store.set('listening', now);
      } catch (error) {
        log.warn({ reason: errorText(error) }, 'what was written meanwhile could not be read');
        if (!mayPass(error)) continue;
        due = true;
        await sleep(retryMs);
      }
    }
    reading = null;
    if (!stopped) listening = setInterval(note, NOTED_MS).unref();
  }

  return {
    /** A session begins, in which nothing is told that was told before; or something told could not be kept. */
    begin(): void {
      clearInterval(listening);
      due = true;
      reading ??= read();
    },

    async stop(): Promise<void> {
      stopped = true;
      clearInterval(listening);
      await reading;
    },
  };
}
