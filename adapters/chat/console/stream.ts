// Server-sent events: follows the log and tells each open page what concerns its agent.
import type { Bus, Log } from '../../../src/ports.ts';
import { type ConsoleStore, type LogEntry, TOPIC } from './store.ts';
import type { ConsoleEvent, Workspace } from './wire.ts';

/** A comment that keeps proxies from closing the line, and a look at the log should a message of the bus be lost. */
const BEAT_MS = 10_000;

/**
 * Numbers are given before entries are written, so a lower number can appear after a higher one. A page that
 * comes back is told this many earlier entries again; hearing something twice is harmless.
 */
const OVERLAP = 32;

interface Page {
  agent: string;
  send(event: ConsoleEvent, seq: number | null): void;
  comment(): void;
  close(): void;
}

export type ConsoleStreams = ReturnType<typeof createStreams>;

/** Holds the open pages of this replica. */
export function createStreams(store: ConsoleStore, bus: Bus, status: () => Workspace, log: Log) {
  const pages = new Set<Page>();
  const told = new Set<number>();
  let newest = 0;
  let working: Promise<void> = Promise.resolve();

  async function eventOf(entry: LogEntry): Promise<ConsoleEvent | null> {
    switch (entry.type) {
      case 'post': {
        const post = await store.read(entry.channel, entry.thread, entry.id);
        return post && { type: 'post', post };
      }
      case 'notice': {
        const notice = await store.readNotice(entry.agent, entry.id);
        return notice && { type: 'notice', ...notice };
      }
      case 'read':
        return { type: 'read', channel: entry.channel, upTo: entry.upTo };
    }
  }

  /** Reads what is new and hands it to every page; one at a time, in the log's order. */
  async function follow(): Promise<void> {
    if (pages.size === 0) return;
    const from = Math.max(0, newest - OVERLAP);
    const entries = await store.eventsAfter(from);
    if (entries === null) {
      newest = await store.lastEvent();
      for (const page of pages) page.send({ type: 'resync' }, newest);
      return;
    }
    for (const { seq, entry } of entries) {
      if (told.has(seq)) continue;
      told.add(seq);
      told.delete(seq - OVERLAP * 4);
      newest = Math.max(newest, seq);
      const event = await eventOf(entry);
      if (!event) continue;
      for (const page of pages) if (concerns(page.agent, entry)) page.send(event, seq);
    }
  }

  function wake(): void {
    working = working.then(follow).catch((error: unknown) => {
      log.warn({ reason: String(error) }, 'the console could not read its event log');
    });
  }

  const unsubscribe = [
    bus.subscribe(TOPIC, wake),
    bus.subscribe('status', () => {
      for (const page of pages) page.send({ type: 'status', status: status() }, null);
    }),
  ];
  const beat = setInterval(() => {
    for (const page of pages) page.comment();
    wake();
  }, BEAT_MS);
  beat.unref();

  return {
    /** An event stream for one page. `after`: the number of the last event it has seen. */
    async open(
      agent: string,
      after: number | null,
      signal: AbortSignal,
    ): Promise<ReadableStream<Uint8Array>> {
      const start = after ?? (await store.lastEvent());
      const missed = await store.eventsAfter(Math.max(0, start - OVERLAP));
      const text = new TextEncoder();
      let page: Page | null = null;
      const leave = () => {
        if (page) pages.delete(page);
      };
      signal.addEventListener('abort', leave, { once: true });
      if (pages.size === 0) {
        newest = await store.lastEvent();
        for (const { seq } of (await store.eventsAfter(Math.max(0, newest - OVERLAP))) ?? []) told.add(seq);
      }
      return new ReadableStream<Uint8Array>({
        async start(controller) {
          const write = (chunk: string) => {
            try {
              controller.enqueue(text.encode(chunk));
            } catch {
              leave();
            }
          };
          const open: Page = {
            agent,
            send: (event, seq) =>
              write(`${seq === null ? '' : `id: ${seq}\n`}data: ${JSON.stringify(event)}\n\n`),
            comment: () => write(': still here\n\n'),
            close: () => {
              leave();
              try {
                controller.close();
              } catch {
                // The page had gone already.
              }
            },
          };
          page = open;
          pages.add(open);
          write('retry: 1500\n\n');
          if (missed === null) open.send({ type: 'resync' }, await store.lastEvent());
          else if (after !== null)
            for (const { seq, entry } of missed) {
              const event = concerns(agent, entry) ? await eventOf(entry) : null;
              if (event) open.send(event, seq);
            }
          wake();
        },
        cancel: leave,
      });
    },

    stop(): void {
      clearInterval(beat);
      for (const off of unsubscribe) off();
      for (const page of [...pages]) page.close();
    },
  };
}

function concerns(agent: string, entry: LogEntry): boolean {
  return entry.type === 'post' || entry.agent === agent;
}
