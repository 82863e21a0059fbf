// Real teams-ai against Microsoft's Agents Playground: over its HTTP door, and in Chromium with clicks on the card.
import { type ServerType, serve } from '@hono/node-server';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { PUBLIC_CLOUD } from '../../../adapters/chat/teams/config.ts';
import { createTeams, type TeamsPlatform } from '../../../adapters/chat/teams/index.ts';
import { act } from '../../../src/flows/actions.ts';
import { adapterDeps } from '../../support/adapter-memory.ts';
import { CHROMIUM_MISSING, openBrowser } from '../../support/browser.ts';
import { freePort } from '../../support/free-port.ts';
import { PLAYGROUND, PLAYGROUND_MISSING, startPlayground } from '../../support/playground.ts';
import { openWorkspace, type Workspace } from '../../support/workspace.ts';

const PATIENCE = { timeout: 60_000, interval: 50 };
const { channel, user } = PLAYGROUND;

describe.skipIf(PLAYGROUND_MISSING)(
  `the Agents Playground${PLAYGROUND_MISSING ? ` (${PLAYGROUND_MISSING})` : ''}`,
  { timeout: 90_000 },
  () => {
    let desk: Workspace;
    let platform: TeamsPlatform;
    let server: ServerType;
    let playground: Awaited<ReturnType<typeof startPlayground>>;

    beforeAll(async () => {
      const port = await freePort();
      const home = `http://127.0.0.1:${port}`;
      platform = createTeams(
        {
          app: null,
          serviceUrl: `${home}/_connector/`,
          authority: PUBLIC_CLOUD,
          publicUrl: null,
          people: {},
          requestMs: 10_000,
        },
        adapterDeps(),
      );
      const [route] = platform.routes;
      const address = await new Promise<{ port: number }>((resolve) => {
        server = serve(
          {
            fetch: async (request) =>
              (await route?.handle(request, {}, { address: '127.0.0.1' })) ??
              new Response(null, { status: 404 }),
            port: 0,
            hostname: '127.0.0.1',
          },
          resolve,
        );
      });
      playground = await startPlayground(`http://127.0.0.1:${address.port}/webhooks/teams`, port);
      desk = await openWorkspace({
        channels: { tickets: `teams:${channel}` },
        agents: [{ name: user.name, email: user.email, role: 'lead' }],
      });
      desk.deps.platforms = new Map([['teams', platform]]);
      await platform.start((action) => act(desk.deps, action));
    }, 90_000);

    afterAll(async () => {
      await platform?.stop();
      await playground?.stop();
      await new Promise((resolve) => (server ? server.close(resolve) : resolve(null)));
      await desk?.close();
    });

    const kinds = async (id: number) =>
      (await desk.store.decisionsOf(id)).map(({ kind, by }) => `${kind} by ${by}`);

    async function ticket(text: string): Promise<number> {
      const { ticketId } = await desk.write(text, {
        customer: { email: `${crypto.randomUUID()}@acme.example`, name: 'Maria' },
      });
      if (ticketId === null) throw new Error('no ticket');
      await desk.work();
      return ticketId;
    }

    it('presses a button over HTTP and gets the settled card for everybody', async () => {
      const id = await ticket('Please send me the invoice of March');
      const [card] = await desk.store.cardsOf(id);
      if (!card?.message) throw new Error('no card');

      const answer = await playground.invoke(
        { conversation: `${channel};messageid=${card.message.message}`, id: card.message.message },
        {
          type: 'Action.Execute',
          verb: 'approve',
          data: { action: 'approve', ref: { ticketId: `T-${id}`, draftVersion: 1 } },
        },
      );

      expect(await kinds(id)).toEqual([`approve by ${user.name}`]);
      expect(answer).toMatchObject({
        type: 'application/vnd.microsoft.card.adaptive',
        value: { type: 'AdaptiveCard' },
      });
      expect(JSON.stringify(answer)).toContain(`${user.name} approved`);
    });

    it.skipIf(CHROMIUM_MISSING)(
      `approves, undoes and edits by clicks on the card${CHROMIUM_MISSING ? ` (${CHROMIUM_MISSING})` : ''}`,
      async () => {
        const browser = await openBrowser();
        try {
          const page = await browser.newPage({ viewport: { width: 1360, height: 1000 } });
          await page.goto(playground.url);
          await page.getByText('Announcements').first().click();
          const id = await ticket('My export of the sales report stops at 40 %');
          await page.getByText('My export of the sales report').first().waitFor({ timeout: 20_000 });

          // The newest post stands first.
          const button = (name: string) => page.getByRole('button', { name, exact: true }).first();
          await button('Approve & send').click();
          await vi.waitFor(
            async () => expect(await kinds(id)).toEqual([`approve by ${user.name}`]),
            PATIENCE,
          );
          await page.getByText(`${user.name} approved`).first().waitFor({ timeout: 20_000 });

          await button('Undo').click();
          await vi.waitFor(async () => expect(await kinds(id)).toContain(`undo by ${user.name}`), PATIENCE);
          await desk.work();

          await button('Edit').click();
          await page.getByRole('textbox', { name: 'Reply' }).first().fill('Dear Maria, we are on it.');
          await button('Send').click();
          await vi.waitFor(async () => expect(await kinds(id)).toContain(`edit by ${user.name}`), PATIENCE);
          await page.getByText('Dear Maria, we are on it.').first().waitFor({ timeout: 20_000 });
        } finally {
          await browser.close();
        }
      },
    );
  },
);
