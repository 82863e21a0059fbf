// The sample workspace tells the whole story: reports, a bug, an issue, a fix, told customers, a regression.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import type { CardRef } from '../../src/model/card.ts';
import type { Intent } from '../../src/model/platform.ts';
import { createHome, type Home, type RunningBot } from '../support/bot.ts';
import { tellAsOneStory } from '../support/story.ts';

const patient = { timeout: 360_000, interval: 500 };

const clustersSchema = z.array(
  z.object({
    id: z.number(),
    kind: z.string(),
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

describe('the closed loop', { timeout: 400_000 }, () => {
  tellAsOneStory(() => bot?.output());
  let home: Home;
  let bot: RunningBot;
  let clusterId: number;

  beforeAll(async () => {
    home = await createHome();
    bot = await home.start(['--fast']);
  }, 120_000);
  afterAll(async () => {
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
    expect(JSON.stringify(card)).toMatch(/Told because of [45] customers in /);
  });

  it('accounts that may leave are told', async () => {
    await vi.waitFor(async () => {
      const told = (await posts('alerts')).map(({ fallback }) => fallback ?? '');
      expect(told.join('\n')).toContain('At risk: ');
    }, patient);
  });

  it('one press makes one issue', async () => {
    await does('bugs', `C-${clusterId}`, { type: 'act', act: 'create_issue' });
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
    await does('issues', 'I-1', { type: 'act', act: 'close_fixed' });
    const { key, ready } = await vi.waitFor(async () => {
      const all = await posts('support');
      const proposal = all.find(({ fallback }) => fallback?.includes('that it is fixed'));
      const told = (words: RegExp) => Number(words.exec(JSON.stringify(proposal))?.[1] ?? 0);
      const customers = told(/Tell (\d+) customers/);
      // Who has another question that nobody has answered yet is left to an agent, with that reason.
      expect(customers + told(/Not told: (\d+)/)).toBe(15);
      return { key: proposal?.ref?.ticketId ?? '', ready: customers };
    }, patient);
    expect(ready).toBeGreaterThanOrEqual(13);
    const before = (await posts('sent')).length;
    await does('support', key, { type: 'act', act: 'send_all' });
    await vi.waitFor(async () => {
      expect((await posts('sent')).length - before).toBeGreaterThanOrEqual(ready);
    }, patient);
  });

  it('a customer who still has it makes it a regression: the issue is open again', async () => {
    await vi.waitFor(async () => {
      expect((await bug()).issue).toMatchObject({ state: 'open', regression: true });
      const issue = (await posts('issues')).find(({ ref }) => ref?.ticketId === 'I-1');
      expect(issue?.fallback).toContain('(open)');
    }, patient);
  });
});
