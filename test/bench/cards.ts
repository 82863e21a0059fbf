// An open console page: hears of every card over server-sent events, as a browser does.
import { z } from 'zod';

const eventSchema = z.looseObject({
  type: z.string(),
  post: z
    .looseObject({
      content: z.looseObject({
        ref: z.object({ ticketId: z.string(), draftVersion: z.number() }).nullish(),
      }),
    })
    .optional(),
});

export interface CardNews {
  ticketId: string;
  draftVersion: number;
  /** `performance.now()` when the page heard of it. */
  at: number;
}

export interface CardWatch {
  /** The first card with a draft of each ticket, by ticket. */
  drafted: Map<string, CardNews>;
  close(): void;
}

/** Resolves when the page is being told of events. */
export async function watchCards(url: string, agent: string): Promise<CardWatch> {
  const closing = new AbortController();
  const response = await fetch(`${url}/console/api/events?agent=${agent}`, { signal: closing.signal });
  if (!response.ok || !response.body) throw new Error(`no events: ${response.status}`);
  const drafted = new Map<string, CardNews>();
  void follow(response.body).catch((error: unknown) => {
    if (!closing.signal.aborted) console.error('the page lost its events:', error);
  });
  return { drafted, close: () => closing.abort() };

  async function follow(body: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    let rest = '';
    for await (const chunk of body) {
      const events = (rest + decoder.decode(chunk, { stream: true })).split('\n\n');
      rest = events.pop() ?? '';
      for (const event of events) hear(event);
    }
  }

  function hear(event: string): void {
    const data = event.split('\n').find((line) => line.startsWith('data: '));
    if (!data) return;
    const { post } = eventSchema.parse(JSON.parse(data.slice(6)));
    // Cards of a burst stand in a thread.
    const ref = post?.content.ref;
    if (ref && ref.draftVersion > 0 && !drafted.has(ref.ticketId))
      drafted.set(ref.ticketId, { ...ref, at: performance.now() });
  }
}
