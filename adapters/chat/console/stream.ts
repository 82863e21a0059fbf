// Server-sent events: follows the log and tells each open page what concerns its agent.
import { errorText } from '../../../src/model/errors.ts';
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
  /** Number of the newest entry it was told. */
  newest: number;
  /** Numbers near `newest` that it was told, since they need not come in order. */
  told: Set<number>;
  send(event: ConsoleEvent, seq: number | null): void;
  comment(): void;
  close(): void;
}

export type ConsoleStreams = ReturnType<typeof createStreams>;

/** Holds the open pages of this replica. */
export function createStreams(store: ConsoleStore, bus: Bus, status: () => Workspace, log: Log) {
  const pages = new Set<Page>();
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

  /** Tells every page what it was not told yet; pages that stand at the same place share the reading. */
  async function follow(): Promise<void> {
    const logs = new Map<number, ReturnType<ConsoleStore['eventsAfter']>>();
    const events = new Map<number, Promise<ConsoleEvent | null>>();
    for (const page of [...pages]) {
      const from = Math.max(0, page.newest - OVERLAP);
      const reading = logs.get(from) ?? store.eventsAfter(from);
      logs.set(from, reading);
      const entries = await reading;
      if (entries === null) {
        page.newest = await store.lastEvent();
        page.send({ type: 'resync' }, page.newest);
        continue;
      }
      for (const { seq, entry } of entries) {
        if (page.told.has(seq)) continue;
        page.told.add(seq);
        page.newest = Math.max(page.newest, seq);
        if (!concerns(page.agent, entry)) continue;
        const drawing = events.get(seq) ?? eventOf(entry);
        events.set(seq, drawing);
        const event = await drawing;
        if (event) page.send(event, seq);
      }
      for (const seq of page.told) if (seq < page.newest - 2 * OVERLAP) page.told.delete(seq);
    }
  }

  function wake(): void {
    working = working.then(follow).catch((error: unknown) => {
      log.warn({ reason: errorText(error) }, 'the console could not read its event log');
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
    /** An event stream for one page. `after`: the number of the last event it has seen; null: begin now. */
    async open(
      agent: string,
      after: number | null,
      signal: AbortSignal,
    ): Promise<ReadableStream<Uint8Array>> {
      const newest = after ?? (await store.lastEvent());
      const known = after === null ? ((await store.eventsAfter(Math.max(0, newest - OVERLAP))) ?? []) : [];
      const text = new TextEncoder();
      let leave = (): void => undefined;
      return new ReadableStream<Uint8Array>({
        start(controller) {
          const write = (chunk: string) => {
            try {
              controller.enqueue(text.encode(chunk));
            } catch {
              leave();
            }
          };
          const page: Page = {
            agent,
            newest,
            told: new Set(known.map(({ seq }) => seq)),
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
          leave = () => {
            pages.delete(page);
          };
          signal.addEventListener('abort', leave, { once: true });
          pages.add(page);
          write('retry: 1500\n\n');
          wake();
        },
        cancel: () => leave(),
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
