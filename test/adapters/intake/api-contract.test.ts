// The API channel keeps the promises of an intake channel.
import { createApi } from '../../../adapters/intake/api/index.ts';
import type { IntakeChannel } from '../../../src/ports.ts';
import { intakeChannelContract, type Written } from '../../contracts/intake-channel.ts';
import { adapterDeps } from '../../support/adapter-memory.ts';
import { createReplyWebhook } from '../../support/reply-webhook.ts';

function post(channel: IntakeChannel, body: string): Promise<Response> {
  const route = channel.routes?.[0];
  if (!route) throw new Error('the channel brings no route');
  const request = new Request('http://localhost/api/messages', { method: 'POST', body });
  return route.handle(request, {}, { address: '127.0.0.1' });
}

/** A client as the README asks for: whatever is not taken in is sent again. */
async function postUntilTaken(channel: IntakeChannel, { id, text, answers }: Written): Promise<void> {
  const body = JSON.stringify({
    channel: 'livechat',
    externalId: id,
    threadId: answers ?? id,
    customer: { email: 'ana@customer.example', name: 'Ana' },
    text,
  });
  while ((await post(channel, body)).status === 503) await new Promise((resolve) => setImmediate(resolve));
}

intakeChannelContract('api', {
  pulls: false,
  async build() {
    const webhook = await createReplyWebhook();
    return {
      create: () =>
        createApi(
          { channels: ['api', 'livechat'], webhook: { url: webhook.url, secret: webhook.secret } },
          adapterDeps(),
        ),
      deliver: (channel, message) => void postUntilTaken(channel, message),
      deliverGarbage: (channel) => void post(channel, '\u0000{"channel": 7'),
      farEnd: () => webhook.journal.map(({ key, body }) => ({ key, text: String(body.text) })),
      outage: { begin: () => webhook.stop(), end: () => webhook.start() },
      fault(kind) {
        if (kind === 'not now') webhook.faults.push({ status: 503 });
        else if (kind === 'never') webhook.faults.push({ status: 422 });
        else webhook.faults.push({ drop: kind === 'lost before' ? 'before' : 'after' });
      },
      remove: () => webhook.stop(),
    };
  },
});
