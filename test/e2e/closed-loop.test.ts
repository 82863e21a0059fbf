// The sample workspace tells the whole story: reports, a bug, an issue, a fix, told customers, a regression.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { createHome, type Home, type RunningBot } from '../support/bot.ts';
import { tellAsOneStory } from '../support/story.ts';

const patient = { timeout: 240_000, interval: 500 };

const clustersSchema = z.array(
  z.object({
    id: z.number(),
    kind: z.string(),
    status: z.string(),
    ticketIds: z.array(z.string()),
    issue: z.object({ id: z.string(), state: z.string(), regression: z.boolean().optional() }).optional(),
  }),
);
const postsSchema = z.object({
  posts: z.array(
    z.looseObject({
      content: z.looseObject({
        ref: z.object({ ticketId: z.string(), draftVersion: z.number() }).nullish(),
        fallback: z.string().optional(),
      }),
    }),
  ),
});

describe('the closed loop', { timeout: 300_000 }, () => {
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

  /** The bug with the most reports. */
  async function bug() {
    const response = await fetch(`${bot.url}/api/clusters`, {
      headers: { authorization: `Bearer ${await home.token()}` },
    });
    const found = clustersSchema.parse(await response.json()).filter(({ kind }) => kind === 'bug');
    const [biggest] = found.sort((a, b) => b.ticketIds.length - a.ticketIds.length);
    if (!biggest) throw new Error('no bug yet');
    return biggest;
  }

  async function posts(channel: string) {
    const response = await fetch(`${bot.url}/console/api/channels/${channel}/posts`);
    return postsSchema.parse(await response.json()).posts.map(({ content }) => content);
  }

  /** Ana presses a button on the card of `key`. */
  async function press(channel: string, key: string, act: string): Promise<unknown> {
    const ref = (await posts(channel)).find((post) => post.ref?.ticketId === key)?.ref;
    if (!ref) throw new Error(`no card of ${key} in #${channel}`);
    const response = await fetch(`${bot.url}/console/api/actions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: bot.url },
      body: JSON.stringify({ ref, agent: 'ana@crewlane.example', at: null, intent: { type: 'act', act } }),
    });
    return response.json();
  }

  it('many reports become one confirmed bug, shown to engineers', async () => {
    await vi.waitFor(async () => {
      const found = await bug();
      expect(found.status).toBe('confirmed');
      expect(found.ticketIds.length).toBeGreaterThanOrEqual(8);
      clusterId = found.id;
      expect((await posts('bugs')).map(({ ref }) => ref?.ticketId)).toContain(`C-${clusterId}`);
    }, patient);
  });

  it('accounts that may leave are told', async () => {
    await vi.waitFor(async () => {
      const told = (await posts('alerts')).map(({ fallback }) => fallback ?? '');
      expect(told.join('\n')).toContain('At risk: ');
    }, patient);
  });

  it('one press makes one issue', async () => {
    await press('bugs', `C-${clusterId}`, 'create_issue');
    await vi.waitFor(async () => {
      expect(await posts('issues')).toHaveLength(1);
      expect((await bug()).issue).toMatchObject({ id: 'CREW-1', state: 'open' });
    }, patient);
  });

  it('closing it as fixed proposes a message to everybody, and one approval sends them', async () => {
    await press('issues', 'I-1', 'close_fixed');
    const key = await vi.waitFor(async () => {
      const proposal = (await posts('support')).find(({ fallback }) =>
        /Tell \d+ customers that it is fixed/.test(fallback ?? ''),
      );
      expect(proposal?.ref?.ticketId).toMatch(/^P-/);
      return proposal?.ref?.ticketId ?? '';
    }, patient);
    const before = (await posts('sent')).length;
    await press('support', key, 'send_all');
    await vi.waitFor(async () => {
      const told = (await posts('sent')).length - before;
      expect(told).toBeGreaterThanOrEqual(6);
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
