// `/deskhand dashboard` on a chat platform: a link for one person's eyes, which signs one browser in, once, and not for long.
import { describe, expect, it } from 'vitest';
import { createConsole } from '../../adapters/chat/console/index.ts';
import { adapterDeps } from '../support/adapter-memory.ts';
import { appears, type Chat, type Person, until } from './chat-world.ts';

const ELSEWHERE = { address: '203.0.113.9' };
const LINK = 'https://desk.example/console/sign-in?token=';

/** `isPage`: the platform is the page itself, where everybody is signed in. */
export function dashboardContract(current: () => Chat, { isPage }: { isPage: boolean }): void {
  /** The page that serves the dashboard, beside the chat; answers a browser from elsewhere. */
  function servePage({ desk }: Chat) {
    const { clock, platforms } = desk.deps;
    const page = createConsole(
      { name: 'Test', channels: [], port: 3000, publicUrl: 'https://desk.example' },
      adapterDeps({ clock }),
    );
    desk.deps.platforms = new Map([...platforms, [page.id, page]]);
    return async (token: string, method: 'GET' | 'POST') => {
      const route = page.routes.find((one) => one.path === '/console/sign-in' && one.method === method);
      const url = `https://desk.example/console/sign-in${method === 'GET' ? `?token=${token}` : ''}`;
      const body = method === 'POST' ? new URLSearchParams({ token }) : null;
      const answer = await route?.handle(new Request(url, { method, body }), {}, ELSEWHERE);
      return { status: answer?.status, leadsTo: answer?.headers.get('location') };
    };
  }

  describe('the dashboard', () => {
    it.skipIf(isPage)('opens by a link for whoever asks, once, within a quarter of an hour', async () => {
      const chat = current();
      const open = servePage(chat);
      const links = (person: Person) => chat.world.links?.(person) ?? [];
      const ask = async (n: number) => {
        await chat.world.command('vera', 'dashboard');
        const link = await appears('the link', () => links('vera')[n]);
        expect(link).toContain(LINK);
        return link.slice(LINK.length);
      };
      const first = await ask(0);
      expect(chat.said('vera')).toContain('signs one browser in as Vera, once, within 15 minutes');
      // A preview of the chat opens it first, and uses nothing up.
      expect(await open(first, 'GET')).toMatchObject({ status: 200 });
      expect(await open(first, 'POST')).toEqual({ status: 303, leadsTo: '/dashboard' });
      expect(await open(first, 'POST')).toMatchObject({ status: 403 });

      const late = await ask(1);
      chat.desk.clock.advance(15 * 60_000 + 1);
      expect(await open(late, 'POST')).toMatchObject({ status: 403 });

      await chat.world.command('stranger', 'dashboard');
      await until(() => expect(chat.said('stranger')).toContain('not in the list of agents'));
      expect(links('stranger')).toEqual([]);
      for (const person of ['ana', 'ben'] as const) expect(chat.said(person)).toBe('');
      expect(chat.world.messages()).toEqual([]);
      expect(chat.world.refused()).toEqual([]);
    });

    it.runIf(isPage)('is a page beside the one on which it was asked for', async () => {
      const chat = current();
      chat.desk.deps.platforms = new Map([[chat.platform.id, chat.platform]]);
      await chat.world.command('vera', 'dashboard');
      await until(() => expect(chat.said('vera')).toContain('/dashboard'));
      expect(chat.said('vera')).not.toContain(LINK);
    });
  });
}
