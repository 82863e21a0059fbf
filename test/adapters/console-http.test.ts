// The console over HTTP: who may use it, what bad input is told, and live events that survive a lost line.
import { afterEach, describe, expect, it } from 'vitest';
import { consoleConfig } from '../../adapters/chat/console/config.ts';
import { ticketCard } from '../../src/cards/ticket.ts';
import { createMemoryBus, createMemoryStore } from '../support/adapter-memory.ts';
import { type ConsoleFixture, startConsoleFixture } from '../support/console-fixture.ts';
import { aView, NOW } from '../support/ticket-views.ts';

const ANA = 'ana@crewlane.example';
const REF = { ticketId: 'T-1042', draftVersion: 1 };
const approve = {
  ref: REF,
  agent: ANA,
  at: { channel: 'support', post: 1 },
  intent: { type: 'decision', decision: { kind: 'approve' } },
};

let fixtures: ConsoleFixture[] = [];
afterEach(async () => {
  await Promise.all(fixtures.map((fixture) => fixture.stop()));
  fixtures = [];
});

async function start(options: Parameters<typeof startConsoleFixture>[0] = {}): Promise<ConsoleFixture> {
  const fixture = await startConsoleFixture({ undoMs: 60_000, ...options });
  fixtures.push(fixture);
  return fixture;
}

/** A request as a browser sends it; `host` other than the real one is what DNS rebinding looks like. */
function request(
  fixture: ConsoleFixture,
  path: string,
  options: { body?: unknown; headers?: Record<string, string>; peer?: string } = {},
): Promise<Response> {
  const route = fixture.console.routes.find(
    (r) => r.method === (options.body === undefined ? 'GET' : 'POST') && matches(r.path, path),
  );
  if (!route) throw new Error(`no route for ${path}`);
  const headers = { host: 'localhost:3000', origin: 'http://localhost:3000', ...options.headers };
  const body = typeof options.body === 'string' ? options.body : JSON.stringify(options.body);
  const given = new Request(
    `http://localhost:3000${path}`,
    options.body === undefined ? { headers } : { method: 'POST', headers, body },
  );
  return route.handle(given, paramsOf(route.path, path), { address: options.peer ?? '127.0.0.1' });
}

function matches(pattern: string, path: string): boolean {
  return new RegExp(`^${pattern.replace(/:\w+/g, '[^/]+')}$`).test(path.split('?')[0] ?? '');
}

function paramsOf(pattern: string, path: string): Record<string, string> {
  const values = (path.split('?')[0] ?? '').split('/');
  return Object.fromEntries(
    pattern.split('/').flatMap((part, n) => (part.startsWith(':') ? [[part.slice(1), values[n] ?? '']] : [])),
  );
}

describe('who may use the console', () => {
  it('this machine needs no sign-in', async () => {
    const fixture = await start();
    expect((await request(fixture, '/console/api/state')).status).toBe(200);
    expect((await request(fixture, '/console/api/state', { peer: '::1' })).status).toBe(200);
    expect((await request(fixture, '/console/api/state', { peer: '::ffff:127.0.0.1' })).status).toBe(200);
  });

  it.each(['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'])(
    'a %s header ends that',
    async (name) => {
      const fixture = await start();
      expect(
        (await request(fixture, '/console/api/state', { headers: { [name]: '127.0.0.1' } })).status,
      ).toBe(401);
      expect(
        (await request(fixture, '/console/api/actions', { body: approve, headers: { [name]: 'x' } })).status,
      ).toBe(401);
      expect(fixture.actions).toEqual([]);
    },
  );

  it('other machines must sign in', async () => {
    const fixture = await start();
    const page = await request(fixture, '/console', {
      peer: '203.0.113.9',
      headers: { host: '198.51.100.7:3000' },
    });
    expect(page.status).toBe(401);
    expect(await page.text()).toContain('Sign in with the link');
  });

  it('a foreign name that points here gets nothing, even from this machine', async () => {
    const fixture = await start();
    const headers = { host: 'evil.example:3000', origin: 'http://evil.example:3000' };
    expect((await request(fixture, '/console/api/state', { headers })).status).toBe(403);
    expect((await request(fixture, '/console/api/actions', { body: approve, headers })).status).toBe(403);
  });

  it.each(['http://evil.example', 'http://localhost:4000', 'null', ''])(
    'a change from origin "%s" is refused',
    async (origin) => {
      const fixture = await start();
      expect(
        (await request(fixture, '/console/api/actions', { body: approve, headers: { origin } })).status,
      ).toBe(403);
      expect(fixture.actions).toEqual([]);
    },
  );

  it('a link signs one browser in, once', async () => {
    const fixture = await start({ publicUrl: 'https://desk.example' });
    const link = new URL(await fixture.console.signInLink());
    expect(link.origin).toBe('https://desk.example');
    const path = `${link.pathname}${link.search}`;
    const remote = { peer: '203.0.113.9', headers: { host: 'desk.example', origin: 'https://desk.example' } };
    const both = await Promise.all([request(fixture, path, remote), request(fixture, path, remote)]);
    expect(both.map((r) => r.status).sort()).toEqual([303, 403]);
    const cookie = both.find((r) => r.status === 303)?.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/HttpOnly; SameSite=Lax; Max-Age=\d+; Secure$/);
    const signedIn = { ...remote, headers: { ...remote.headers, cookie: cookie.split(';')[0] ?? '' } };
    expect((await request(fixture, '/console/api/state', signedIn)).status).toBe(200);
    const forged = { ...remote, headers: { ...remote.headers, cookie: `${signedIn.headers.cookie}x` } };
    expect((await request(fixture, '/console/api/state', forged)).status).toBe(401);
  });

  it('a link is good for a day', async () => {
    let now = NOW;
    const fixture = await start({ clock: { now: () => now } });
    const link = new URL(await fixture.console.signInLink());
    now = new Date(NOW.getTime() + 25 * 3_600_000);
    expect((await request(fixture, `${link.pathname}${link.search}`)).status).toBe(403);
  });

  it('a browser signed in for one agent cannot act as another', async () => {
    const fixture = await start({ publicUrl: 'https://desk.example' });
    const link = new URL(await fixture.console.signInLink('bruno@crewlane.example'));
    const remote = { peer: '203.0.113.9', headers: { host: 'desk.example', origin: 'https://desk.example' } };
    const cookie =
      (await request(fixture, `${link.pathname}${link.search}`, remote)).headers
        .get('set-cookie')
        ?.split(';')[0] ?? '';
    const headers = { ...remote.headers, cookie };
    const answer = await request(fixture, '/console/api/actions', { ...remote, headers, body: approve });
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({
      message: 'This browser is signed in as bruno@crewlane.example',
    });
  });

  it('the page allows only its own files, and keeps them for ever', async () => {
    const fixture = await start();
    const page = await request(fixture, '/console');
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
    const text = await page.text();
    expect(text).not.toMatch(/(src|href)="https?:/);
    const asset = /\/console\/assets\/[\w.-]+\.js/.exec(text)?.[0] ?? '';
    const script = await request(fixture, asset);
    expect(script.headers.get('cache-control')).toContain('immutable');
  });
});

describe('bad input is told which field is wrong', () => {
  const cases: [string, string, unknown, string][] = [
    ['not JSON', '/console/api/actions', '{', '(body)'],
    [
      'an unknown decision',
      '/console/api/actions',
      { ...approve, intent: { type: 'decision', decision: { kind: 'explode' } } },
      'intent.decision.kind',
    ],
    [
      'an empty reply',
      '/console/api/actions',
      { ...approve, intent: { type: 'decision', decision: { kind: 'edit', text: '  ' } } },
      'intent.decision.text',
    ],
    [
      'a ticket that is none',
      '/console/api/actions',
      { ...approve, ref: { ticketId: '../1', draftVersion: 1 } },
      'ref.ticketId',
    ],
    ['an agent of nowhere', '/console/api/actions', { ...approve, agent: 'mallory@example.com' }, 'agent'],
    [
      'a field too many',
      '/console/api/read',
      { agent: ANA, channel: 'support', upTo: 1, admin: true },
      '(body)',
    ],
    ['a negative mark', '/console/api/read', { agent: ANA, channel: 'support', upTo: -1 }, 'upTo'],
  ];
  it.each(cases)('%s', async (_name, path, body, field) => {
    const fixture = await start();
    const answer = await request(fixture, path, { body });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ field });
    expect(fixture.actions).toEqual([]);
  });

  it('a body of a megabyte is refused', async () => {
    const fixture = await start();
    const text = 'x'.repeat(1_000_000);
    expect(
      (
        await request(fixture, '/console/api/posts', {
          body: { agent: ANA, channel: 'support', text, id: 'abcdefgh' },
        })
      ).status,
    ).toBe(413);
  });

  it('a channel that does not exist is not found', async () => {
    const fixture = await start();
    expect((await request(fixture, '/console/api/channels/secret/posts')).status).toBe(404);
  });
});

describe('posts and threads', () => {
  it('a thread note is stored once, shown in the thread and handed on', async () => {
    const fixture = await start();
    await fixture.add(aView());
    const note = { ...approve, intent: { type: 'thread', text: 'Looks right to me', id: 'note-0001' } };
    await request(fixture, '/console/api/actions', { body: note });
    await request(fixture, '/console/api/actions', { body: note });
    const thread = await (await request(fixture, '/console/api/channels/support/threads/1')).json();
    expect(thread.posts).toHaveLength(2);
    expect(thread.posts[0].replies).toMatchObject({ count: 1 });
    expect(thread.posts[1]).toMatchObject({
      author: 'Ana Lindqvist',
      content: { kind: 'text', text: 'Looks right to me' },
    });
    expect(fixture.actions.map((a) => a.intent.type)).toEqual(['thread']);
  });

  it('an update changes the post and keeps its replies', async () => {
    const fixture = await start();
    const ref = await fixture.add(aView());
    await fixture.console.post({ platform: 'console', channel: 'support', thread: ref }, ticketCard(aView()));
    await fixture.console.update(ref, ticketCard(aView({ draft: null })));
    const { posts } = await (await request(fixture, '/console/api/channels/support/posts')).json();
    expect(posts).toHaveLength(1);
    expect(posts[0]).toMatchObject({ id: 1, content: { ref: { draftVersion: 0 } }, replies: { count: 1 } });
  });

  it('a long channel comes in pages of fifty', async () => {
    const fixture = await start();
    for (let n = 0; n < 120; n++)
      await fixture.console.post({ platform: 'console', channel: 'bugs' }, ticketCard(aView()));
    const newest = await (await request(fixture, '/console/api/channels/bugs/posts')).json();
    const before = await (await request(fixture, '/console/api/channels/bugs/posts?before=71')).json();
    expect([newest.posts[0].id, newest.posts.at(-1).id, newest.more]).toEqual([71, 120, true]);
    expect([before.posts[0].id, before.posts.at(-1).id]).toEqual([21, 70]);
  });

  it('posting to an unknown channel or updating an unknown message says so', async () => {
    const { console: platform } = await start();
    const card = ticketCard(aView());
    await expect(platform.post({ platform: 'console', channel: 'nowhere' }, card)).rejects.toMatchObject({
      code: 'unknown_channel',
    });
    await expect(
      platform.update({ platform: 'console', channel: 'support', message: '99' }, card),
    ).rejects.toMatchObject({ code: 'message_gone' });
  });

  it('what one agent has read is unread for another', async () => {
    const fixture = await start();
    await fixture.add(aView());
    await request(fixture, '/console/api/read', { body: { agent: ANA, channel: 'support', upTo: 1 } });
    const read = async (agent: string) =>
      (await (await request(fixture, `/console/api/state?agent=${agent}`)).json()).channels[0].read;
    expect([await read(ANA), await read('bruno@crewlane.example')]).toEqual([1, 0]);
  });

  it('a private notice waits for its agent and goes when it was seen', async () => {
    const fixture = await start();
    await fixture.console.notify({ platform: 'console', userId: ANA }, 'Bruno was faster', {
      platform: 'console',
      channel: 'support',
    });
    const notices = async (agent: string) =>
      (await (await request(fixture, `/console/api/state?agent=${agent}`)).json()).notices;
    expect(await notices('bruno@crewlane.example')).toEqual([]);
    expect(await notices(ANA)).toEqual([{ id: 1, text: 'Bruno was faster', channel: 'support' }]);
    await request(fixture, '/console/api/seen', { body: { agent: ANA, ids: [1] } });
    expect(await notices(ANA)).toEqual([]);
  });
});

interface Heard {
  seq: number | null;
  event: { type: string; post?: { id: number; channel: string } };
}

/** Reads events until `enough` says so, then hangs up. */
async function listen(
  fixture: ConsoleFixture,
  headers: Record<string, string>,
  enough: (heard: Heard[]) => boolean,
  agent = ANA,
): Promise<Heard[]> {
  const response = await request(fixture, `/console/api/events?agent=${agent}`, { headers });
  const reader = response.body?.getReader();
  const heard: Heard[] = [];
  let text = '';
  while (reader && !enough(heard)) {
    const { value, done } = await reader.read();
    if (done) break;
    text += new TextDecoder().decode(value);
    const parts = text.split('\n\n');
    text = parts.pop() ?? '';
    for (const part of parts) {
      const data = /^data: (.*)$/m.exec(part)?.[1];
      const seq = /^id: (\d+)$/m.exec(part)?.[1];
      if (data) heard.push({ seq: seq ? Number(seq) : null, event: JSON.parse(data) });
    }
  }
  await reader?.cancel();
  return heard;
}

describe('live events', () => {
  it('a page that comes back hears what it missed', async () => {
    const fixture = await start();
    await fixture.add(aView());
    const heard = await listen(fixture, { 'last-event-id': '0' }, (all) => all.length >= 1);
    const last = heard.at(-1)?.seq ?? 0;
    await fixture.console.post({ platform: 'console', channel: 'bugs' }, ticketCard(aView()));
    const later = await listen(fixture, { 'last-event-id': String(last) }, (all) =>
      all.some((h) => h.event.post?.channel === 'bugs'),
    );
    expect(later.at(-1)?.event).toMatchObject({ type: 'post', post: { id: 1, channel: 'bugs' } });
  });

  it('an event written late, under a lower number, is still told to a page that comes back', async () => {
    const store = createMemoryStore();
    const fixture = await start({ store });
    await fixture.add(aView());
    await store.next('event');
    await fixture.console.post({ platform: 'console', channel: 'bugs' }, ticketCard(aView()));
    await store.set('event/0000000002', { type: 'post', channel: 'support', id: 1, thread: null });
    const heard = await listen(fixture, { 'last-event-id': '3' }, (all) => all.length >= 3);
    expect(heard.map((h) => h.seq)).toEqual([1, 2, 3]);
  });

  it('a page that was away too long is told to load everything again', async () => {
    const store = createMemoryStore();
    const fixture = await start({ store });
    const ana = { platform: 'console', userId: ANA };
    for (let n = 0; n < 1100; n++)
      await fixture.console.notify(ana, 'news', { platform: 'console', channel: 'support' });
    const [first] = await listen(fixture, { 'last-event-id': '1' }, (all) => all.length >= 1);
    expect(first?.event.type).toBe('resync');
  });

  it('two replicas show the same', async () => {
    const store = createMemoryStore();
    const bus = createMemoryBus();
    const [one, two] = [await start({ store, bus }), await start({ store, bus })];
    const hearing = listen(two, { 'last-event-id': '0' }, (all) => all.length >= 1);
    await one.add(aView());
    expect((await hearing)[0]?.event).toMatchObject({ type: 'post', post: { id: 1 } });
  });

  it('a private notice reaches only its agent', async () => {
    const fixture = await start();
    const bruno = listen(
      fixture,
      { 'last-event-id': '0' },
      (all) => all.some((h) => h.event.type === 'post'),
      'bruno@crewlane.example',
    );
    await fixture.console.notify({ platform: 'console', userId: ANA }, 'for Ana', {
      platform: 'console',
      channel: 'support',
    });
    await fixture.add(aView());
    expect((await bruno).map((h) => h.event.type)).toEqual(['post']);
  });
});

describe('posting', () => {
  it('posts a key once, also when the process died before it could tell', async () => {
    const fixture = await start();
    const place = { platform: 'console', channel: 'support' };
    const first = await fixture.console.post(place, ticketCard(aView()), { key: 'card-1' });
    const again = await fixture.console.post(place, ticketCard(aView()), { key: 'card-1' });
    expect(again).toEqual(first);
    const other = await fixture.console.post(place, ticketCard(aView()), { key: 'card-2' });
    expect(other.message).not.toBe(first.message);
  });
});

describe('configuration', () => {
  it('has its own channels and whatever the workspace posts to', () => {
    const yaml = {
      channels: { tickets: 'console:Support', digests: ['slack:C1', 'console:#leads'] },
      routes: [{ when: {}, to: 'console:vip' }],
    };
    const config = consoleConfig.parse({ env: {}, yaml });
    expect(config?.channels.map((c) => c.id)).toEqual([
      'support',
      'bugs',
      'alerts',
      'digests',
      'sent',
      'issues',
      'leads',
      'vip',
    ]);
  });

  it('can be switched off', () => {
    expect(consoleConfig.parse({ env: {}, yaml: { console: { enabled: false } } })).toBeNull();
  });

  it('names the variable that is wrong', () => {
    const result = consoleConfig.safeParse({ env: { DESKHAND_PUBLIC_URL: 'desk' }, yaml: {} });
    expect(result.error?.issues[0]?.path).toEqual(['env', 'DESKHAND_PUBLIC_URL']);
  });
});
