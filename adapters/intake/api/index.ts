// The API as an intake channel: messages come by `POST /api/messages`, replies are read back or posted to a webhook.
import { AppError, errorText } from '../../../src/model/errors.ts';
import type { InboundMessage, Receipt } from '../../../src/model/message.ts';
import { ticketKey } from '../../../src/model/ticket.ts';
import type { AdapterDeps, IntakeChannel, Route } from '../../../src/ports.ts';
import type { ApiConfig } from './config.ts';
import { parseApiMessage } from './parse.ts';
import { postReply } from './webhook.ts';

/** The channel `api`, which also serves the other names that may be posted. */
export function createApi({ channels, webhook }: ApiConfig, deps: AdapterDeps): IntakeChannel {
  let receive: ((message: InboundMessage) => Promise<Receipt>) | null = null;
  let outage: string | null = null;

  const route: Route = {
    method: 'POST',
    path: '/api/messages',
    async handle(request) {
      const parsed = parseApiMessage(new Uint8Array(await request.arrayBuffer()), channels);
      if ('rejection' in parsed) {
        const { status, ...error } = parsed.rejection;
        return Response.json({ error }, { status });
      }
      if (!receive) return unavailable('the bot is starting or stopping');
      try {
        const { messageId, ticketId, duplicate } = await receive(parsed.message);
        const answer = {
          messageId: `M-${messageId}`,
          ticketId: ticketId === null ? null : ticketKey(ticketId),
          duplicate,
        };
        return Response.json(answer, { status: 202 });
      } catch (error) {
        deps.log.error(
          { channel: parsed.message.channel, error: errorText(error) },
          'message could not be taken in',
        );
        return unavailable('the message was not taken in; send it again with the same externalId');
      }
    },
  };

  return {
    id: 'api',
    serves: channels,
    idempotent: true,
    routes: [route],

    async start(handler) {
      receive = handler;
    },

    async stop() {
      receive = null;
    },

    async send(reply, signal) {
      // Without a webhook the ticket itself is the mailbox: what is committed can be read there.
      if (!webhook) return { providerId: reply.key };
      try {
        const result = await postReply(reply, webhook, deps, signal);
        outage = null;
        return result;
      } catch (error) {
        if (error instanceof AppError) outage = error.message;
        throw error;
      }
    },

    async health() {
      if (outage) return { ok: false, detail: `${outage}; check DESKHAND_REPLY_WEBHOOK_URL` };
      return {
        ok: true,
        detail: `POST /api/messages takes ${channels.join(', ')}; replies ${webhook ? 'are posted to the webhook' : 'are read back from the ticket'}`,
      };
    },
  };
}

function unavailable(message: string): Response {
  const error = { code: 'unavailable', field: null, message };
  return Response.json({ error }, { status: 503, headers: { 'retry-after': '5' } });
}
