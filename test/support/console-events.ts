// What an open console is told as it happens: the first sight of each card.
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { z } from 'zod';

const eventSchema = z.object({
  type: z.literal('post'),
  post: z.object({ content: z.object({ ref: z.object({ ticketId: z.string() }).nullish() }) }),
});

/** Listens as `agent`. `seen`: what a card (by its key, `C-7`) said when it was told of first, as JSON. */
export function firstSeen(url: string, agent: string): { seen: Map<string, string>; stop(): void } {
  const seen = new Map<string, string>();
  const leaving = new AbortController();
  const { signal } = leaving;
  async function listen(): Promise<void> {
    const response = await fetch(`${url}/console/api/events?agent=${encodeURIComponent(agent)}`, { signal });
    if (!response.body) throw new Error('the console has no events');
    for await (const line of createInterface({ input: Readable.from(response.body) })) {
      if (!line.startsWith('data: ')) continue;
      const event = eventSchema.safeParse(JSON.parse(line.slice('data: '.length)));
      const key = event.data?.post.content.ref?.ticketId;
      if (key && !seen.has(key)) seen.set(key, line);
    }
  }
  listen().catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
  return { seen, stop: () => leaving.abort() };
}
