// What discord.js is told of Discord's REST API.
import type { RESTOptions } from 'discord.js';
import { z } from 'zod';

/** What discord.js sends, whose types leave more open. */
const headersSchema = z.record(z.string(), z.string());

export interface Connection {
  apiUrl: string;
  fetch: typeof fetch;
  /** Milliseconds until one call counts as lost. */
  timeoutMs: number;
}

/** It goes through our `fetch`, once, and tells of pauses instead of waiting by itself. */
export function restOptions({ apiUrl, fetch, timeoutMs }: Connection) {
  return {
    api: apiUrl,
    version: '10',
    timeout: timeoutMs,
    // Repeats are ours, since what a repeat's refusal means depends on its being one.
    retries: 0,
    rejectOnRateLimit: () => true,
    makeRequest: async (url, { method, headers, body, signal }) => {
      const response = await fetch(url, {
        method,
        headers: headersSchema.parse(headers),
        body: typeof body === 'string' || body instanceof FormData ? body : null,
        signal,
      });
      // Read here, so that a body that never ends counts as no answer.
      const text = await response.text();
      const { headers: answered, ok, status, statusText } = response;
      return {
        headers: answered,
        ok,
        status,
        statusText,
        body: null,
        bodyUsed: false,
        text: async () => text,
        json: async () => JSON.parse(text),
        arrayBuffer: async () => new TextEncoder().encode(text).buffer,
      };
    },
  } satisfies Partial<RESTOptions>;
}
