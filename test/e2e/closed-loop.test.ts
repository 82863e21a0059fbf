// The sample workspace tells the whole story in the console: reports, a bug, an issue, a fix, told customers, a
// regression, the digest and the dashboard.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import type { CardRef } from '../../src/model/card.ts';
import type { Intent } from '../../src/model/platform.ts';
import { createHome, type Home, type RunningBot } from '../support/bot.ts';
import { CHROMIUM_MISSING, type Desk, openBrowser, sitDown } from '../support/browser.ts';
import { firstSeen } from '../support/console-events.ts';
import { tellAsOneStory } from '../support/story.ts';

const patient = { timeout: 360_000, interval: 500 };

const clustersSchema = z.array(
  z.object({
    id: z.number(),
    kind: z.string(),
    title: z.string(),
    status: z.string(),
    ticketIds: z.array(z.string()),
    issue: z.object({ id: z.string(), state: z.string(), regression: z.boolean().optional() }).optional(),
  }),
);
const ticketSchema = z.object({
  customer: z.object({ email: z.string().nullish() }),
  outbox: z.array(z.object({ status: z.string() })),
});
const postsSchema = z.object({
  more: z.boolean(),
  posts: z.array(
    z.looseObject({
      id: z.number(),
      at: z.string(),
      content: z.looseObject({
        ref: z.object({ ticketId: z.string(), draftVersion: z.number() }).nullish(),
        fallback: z.string().optional(),
      }),
    }),
  ),
});

const digestSchema = z.object({
  volume: z.object({ received: z.number() }),
  answered: z.object({ total: z.number() }),
});
const todaySchema = z.array(z.object({ createdAt: z.string() }));

/** What every message about the fix says. */
const FIXED = 'It is fixed now.';
const widthOf = (image: Element) => (image instanceof HTMLImageElement ? image.naturalWidth : 0);

describe.skipIf(CHROMIUM_MISSING)('the closed loop', { timeout: 400_000 }, () => {
  tellAsOneStory(() => [bot?.output(), ...(ana?.complaints ?? [])].join('\n'));
  let home: Home;
  let bot: RunningBot;
  let browser: Browser;
  let ana: Desk;
  let watching: ReturnType<typeof firstSeen>;
  let clusterId: number;
  /** Tickets of the day, and where the digest says that they are listed. */
  let received: number;
  let figures: string;

  beforeAll(async () => {
    // Whoever comes from elsewhere has to sign in.
    [home, browser] = await Promise.all([createHome({ HOST: '0.0.0.0' }), openBrowser()]);
    bot = await home.start(['--fast']);
    watching = firstSeen(bot.url, 'ana@crewlane.example');
    ana = await sitDown(browser, bot.url);
  }, 120_000);
  afterAll(async () => {
    watching?.stop();
    await browser?.close();
    await home?.remove();
  });

  async function api(path: string): Promise<unknown> {
    const headers = { authorization: `Bearer ${await home.token()}` };
    return (await fetch(`${bot.url}/api/${path}`, { headers })).json();
  }

  /** The bug with the most reports. */
  async function bug() {
    const found = clustersSchema.parse(await api('clusters')).filter(({ kind }) => kind === 'bug');
    const [biggest] = found.sort((a, b) => b.ticketIds.length - a.ticketIds.length);
    if (!biggest) throw new Error('no bug yet');
    return biggest;
  }

  /** All that stands in a channel, oldest first. */
  async function posts(channel: string) {
    const url = `${bot.url}/console/api/channels/${channel}/posts`;
    const all: { at: string; ref?: CardRef | null; fallback?: string }[] = [];
    for (let before = '', more = true; more; ) {
      const page = postsSchema.parse(await (await fetch(`${url}${before}`)).json());
      all.unshift(...page.posts.map(({ at, content }) => ({ at, ...content })));
      before = `?before=${page.posts[0]?.id}`;
      more = page.more;
    }
    return all;
  }

  /** What Ana does on the card of `key`. */
  async function does(channel: string, key: string, intent: Intent): Promise<unknown> {
    const ref = (await posts(channel)).find((post) => post.ref?.ticketId === key)?.ref;
    if (!ref) throw new Error(`no card of ${key} in #${channel}`);
    const response = await fetch(`${bot.url}/console/api/actions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: bot.url },
      body: JSON.stringify({ ref, agent: 'ana@crewlane.example', at: null, intent }),
    });
    return response.json();
  }

  it('fifteen reports become one bug, of which engineers were told at the fourth or fifth customer', async () => {
    await vi.waitFor(async () => {
      const found = await bug();
      expect(found.status).toBe('confirmed');
      expect(found.ticketIds).toHaveLength(15);
      clusterId = found.id;
    }, patient);
    const card = (await posts('bugs')).find(({ ref }) => ref?.ticketId === `C-${clusterId}`);
    expect(JSON.stringify(card)).toMatch(/Why now.*?[45] customers in /);
    // What an open console was shown when the card came.
    const [, reports = ''] = /"text":"(\d+) customers"/.exec(watching.seen.get(`C-${clusterId}`) ?? '') ?? [];
    expect(Number(reports)).toBeGreaterThanOrEqual(4);
    expect(Number(reports)).toBeLessThan(10);
  });

  it('one press makes one issue', async () => {
    await ana.go('bugs');
    await ana.press(ana.card(`C-${clusterId}`), 'Create issue');
    await vi.waitFor(async () => {
      expect(await posts('issues')).toHaveLength(1);
      expect((await bug()).issue).toMatchObject({ id: 'CREW-1', state: 'open' });
    }, patient);
  });

  it('a reporter who asked for something else, too, is answered', async () => {
    const emails = await Promise.all(
      (await bug()).ticketIds.map(async (id) => {
        const { customer } = ticketSchema.parse(await api(`tickets/${id}`));
        return { id, email: customer.email };
      }),
    );
    const deb = emails.find(({ email }) => email?.startsWith('deb@'))?.id ?? '';
    const text = 'Hi Deb,\n\ngive Shanice the role Dispatcher: it sees jobs and no pay.';
    await does('support', deb, { type: 'decision', decision: { kind: 'edit', text, then: 'keep' } });
    await vi.waitFor(async () => {
      const { outbox } = ticketSchema.parse(await api(`tickets/${deb}`));
      expect(outbox.map(({ status }) => status)).toEqual(['sent']);
    }, patient);
  });

  it('closing it as fixed proposes fifteen messages, and one approval sends them', async () => {
    await ana.go('issues');
    await ana.press(ana.card('CREW-1'), 'Close as fixed');
    await ana.go('support');
    const proposal = ana.card('that it is fixed');
    const ready = async () => Number(/Tell (\d+) customers/.exec((await proposal.textContent()) ?? '')?.[1]);
    await expect.poll(ready, patient).toBeGreaterThan(0);
    // Who has another question that nobody has answered yet is left to an agent, with that reason; Ana takes them in.
    const left = 15 - (await ready());
    expect(await proposal.getByText('asks for something else, too: answer both').count()).toBe(left);
    expect(await proposal.getByText(`Not told: ${left}`).count()).toBe(left > 0 ? 1 : 0);
    await ana.press(proposal, 'Choose customers');
    const chosen = ana.dialog.getByRole('checkbox', { checked: true });
    for (let rest = left; rest > 0; rest--) await chosen.first().uncheck();
    await ana.dialog.getByRole('button', { name: 'Keep this choice' }).click();
    await expect.poll(ready, patient).toBe(15);
    const before = (await posts('sent')).length;
    await ana.press(proposal, 'Approve & send to 15');
    await vi.waitFor(async () => {
      const told = (await posts('sent')).slice(before).filter((post) => JSON.stringify(post).includes(FIXED));
      expect(new Set(told.map(({ fallback }) => fallback)).size).toBe(15);
    }, patient);
    expect(ana.complaints).toEqual([]);
  });

  it('the digests of the past weeks stand there, with charts that can be seen', async () => {
    await ana.go('digests');
    await vi.waitFor(async () => expect((await posts('digests')).length).toBeGreaterThanOrEqual(2), patient);
    for (const name of ['Daily digest', 'Weekly digest']) {
      const digest = ana.card(name).first();
      await digest.getByText(/\d+ tickets came in/).waitFor();
      const chart = digest.locator('img').first();
      expect(await chart.getAttribute('alt')).toMatch(/^From .*: \d+, /);
      await expect.poll(() => chart.evaluate(widthOf), patient).toBeGreaterThan(600);
    }
  });

  it('accounts that may leave are told', async () => {
    await vi.waitFor(async () => {
      const told = (await posts('alerts')).map(({ fallback }) => fallback ?? '');
      expect(told.join('\n')).toContain('At risk: ');
    }, patient);
  });

  it('a customer who still has it makes it a regression: the issue is open again', async () => {
    await vi.waitFor(async () => {
      expect((await bug()).issue).toMatchObject({ state: 'open', regression: true });
      const issue = (await posts('issues')).find(({ ref }) => ref?.ticketId === 'I-1');
      expect(issue?.fallback).toContain('(open)');
    }, patient);
  });

  it('the digest of the day tells of the bug, by the numbers of the tickets themselves', async () => {
    const made = await home.run(['digest', '--sample', '--date', 'today', '--post', '--json']);
    expect(made.stderr).toContain('It stands in console:digests.');
    const { volume, answered } = digestSchema.parse(JSON.parse(made.stdout));
    const tickets = todaySchema.parse(await api('tickets?limit=100'));
    const today = new Date().toISOString().slice(0, 10);
    expect(volume.received).toBe(tickets.filter(({ createdAt }) => createdAt.startsWith(today)).length);
    received = volume.received;

    const digest = ana.card(`${received} tickets came in`);
    await digest.getByText(`${answered.total} of them are answered`).waitFor();
    await expect.poll(() => digest.locator('img').first().evaluate(widthOf), patient).toBeGreaterThan(600);
    const thread = await ana.openThread(digest);
    await thread
      .getByText((await bug()).title)
      .first()
      .waitFor();
    figures =
      (await digest
        .getByRole('link', { name: String(received) })
        .first()
        .getAttribute('href')) ?? '';
  });

  it('the dashboard opens by the link to sign in, and shows the same numbers', async () => {
    const elsewhere = await browser.newContext({ extraHTTPHeaders: { 'x-forwarded-for': '203.0.113.7' } });
    const page = await elsewhere.newPage();
    expect((await page.goto(`${bot.url}/dashboard`))?.status()).toBe(401);
    await page.goto(/once: (\S+)/.exec(bot.output())?.[1] ?? '');
    await page.goto(figures);
    await page.locator('main[aria-busy="false"]').waitFor();
    const tile = page.getByRole('list', { name: 'Figures' }).getByRole('link', { name: /^Tickets/ });
    expect(await tile.textContent()).toContain(String(received));
    await page.locator('.chart canvas').first().waitFor();
    await page.getByRole('dialog').getByText(`${received} tickets · `).waitFor();
    await elsewhere.close();
  });

  it('the sample workspace stops in order', async () => {
    expect(await bot.stop()).toBe(0);
  });
});
