// An intake channel whose provider takes no idempotency key, but can be asked whether it has a reply: like e-mail.
import { z } from 'zod';
import { AppError, errorText } from '../../src/model/errors.ts';
import type { IntakeChannel } from '../../src/ports.ts';

const found = z.object({ found: z.boolean() });

/** Posts letters to `url`, and looks them up there. */
export function createLetters(url: string): IntakeChannel {
  return {
    id: 'letters',
    idempotent: false,
    start: async () => undefined,
    stop: async () => undefined,
    async send(reply, signal) {
      try {
        const body = JSON.stringify({ text: reply.text });
        const response = await fetch(`${url}/${reply.key}`, { method: 'POST', body, signal });
        if (!response.ok) throw new Error(`answered ${response.status}`);
      } catch (error) {
        throw new AppError('outcome_unknown', errorText(error));
      }
      return { providerId: reply.key };
    },
    async lookup(reply, signal) {
      const response = await fetch(`${url}/${reply.key}`, { signal });
      return found.parse(await response.json()).found ? 'sent' : 'not_sent';
    },
    health: async () => ({ ok: true, detail: '' }),
  };
}
