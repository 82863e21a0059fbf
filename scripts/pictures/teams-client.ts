// The Teams adapter on Microsoft's Agents Playground, a Teams client in the browser: posts cards as the bot does.
import { serve } from '@hono/node-server';
import { PUBLIC_CLOUD } from '../../adapters/chat/teams/config.ts';
import { createTeams } from '../../adapters/chat/teams/index.ts';
import type { Form } from '../../src/model/card.ts';
import type { ChatPlatform } from '../../src/ports.ts';
import { adapterDeps } from '../../test/support/adapter-memory.ts';
import { freePort } from '../../test/support/free-port.ts';
import { PLAYGROUND, startPlayground } from '../../test/support/playground.ts';

export interface TeamsClient {
  /** Its page. */
  url: string;
  platform: ChatPlatform;
  channel: string;
  stop(): Promise<void>;
}

/** `forms`: what opens behind the buttons that ask for one. */
export async function openTeamsClient(forms: Form[]): Promise<TeamsClient> {
  const port = await freePort();
  const botPort = await freePort();
  const home = `http://127.0.0.1:${port}`;
  const platform = createTeams(
    {
      app: null,
      serviceUrl: `${home}/_connector/`,
      authority: PUBLIC_CLOUD,
      people: {},
      publicUrl: `http://127.0.0.1:${botPort}`,
      requestMs: 10_000,
    },
    adapterDeps(),
  );
  const server = serve({
    fetch: async (request) => {
      // Activities are posted, pictures fetched.
      const route = platform.routes.find(({ method }) => method === request.method);
      const file = new URL(request.url).pathname.split('/').at(-1) ?? '';
      const response = await route?.handle(request, { file }, { address: '127.0.0.1' });
      return response ?? new Response(null, { status: 404 });
    },
    port: botPort,
    hostname: '127.0.0.1',
  });
  const playground = await startPlayground(`http://127.0.0.1:${botPort}/webhooks/teams`, port);
  await platform.start(async ({ intent }) => {
    const form = intent.type === 'open_form' ? forms.find(({ id }) => id === intent.form) : undefined;
    return form ? { kind: 'form', form } : { kind: 'none' };
  });
  return {
    url: playground.url,
    platform,
    channel: PLAYGROUND.channel,
    async stop() {
      await platform.stop();
      await playground.stop();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
