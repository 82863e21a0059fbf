// The routing rules: each condition decides where a ticket's card goes, the first rule wins, all of its conditions hold.
import { afterEach, describe, expect, it } from 'vitest';
import type { Analysis } from '../../src/model/analysis.ts';
import type { InboundMessage } from '../../src/model/message.ts';
import { openWorkspace, type Workspace } from '../support/workspace.ts';

let w: Workspace;
afterEach(() => w.close());

interface Case {
  analysis?: Partial<Analysis>;
  account?: { name: string; plan?: string };
  message?: Partial<InboundMessage>;
}

/** The channels where the card of such a ticket stands under these rules. */
async function channelsOf(
  routes: unknown[],
  { analysis = {}, account, message = {} }: Case,
): Promise<string[]> {
  w = await openWorkspace({ routes });
  const { analyse } = w.engine;
  w.engine.analyse = async (input) => ({ ...(await analyse(input)), ...analysis });
  if (account) {
    const accountId = await w.store.upsertAccount(account);
    const id = await w.store.ensureCustomer({ email: 'maria@acme.example' });
    await w.store.updateCustomer(id, { accountId: accountId ?? undefined });
  }
  await w.write('Please send me the invoice of March', message);
  await w.work();
  return w.platform.posts.filter(({ place }) => !place.thread).map(({ place }) => place.channel);
}

const to = (when: Record<string, unknown>) => [{ when, to: 'console:special' }];
const P1: Partial<Analysis> = {
  urgency: 1,
  blocked: true,
  frustration: 1,
  sentiment: -1,
  attempts: 3,
  churnRisk: 1,
};

describe('a route', () => {
  it.each<[string, Record<string, unknown>, Case, Case]>([
    [
      'category, by its name or its first part',
      { category: ['reports/exports', 'billing'] },
      { analysis: { category: 'billing/refund' } },
      { analysis: { category: 'reports/other' } },
    ],
    ['priority', { priority: ['P1'] }, { analysis: P1 }, {}],
    [
      'plan, whatever its case',
      { plan: 'enterprise' },
      { account: { name: 'Acme', plan: 'Enterprise' } },
      { account: { name: 'Acme', plan: 'Team' } },
    ],
    [
      'account',
      { account: ['Acme', 'Globex'] },
      { account: { name: 'Acme' } },
      { account: { name: 'Initech' } },
    ],
    ['language', { language: 'fr' }, { analysis: { language: 'fr' } }, { analysis: { language: 'en' } }],
    [
      'channel',
      { channel: 'livechat' },
      { message: { channel: 'livechat' } },
      { message: { channel: 'email' } },
    ],
  ])('decides by %s', async (_name, when, fits, other) => {
    expect(await channelsOf(to(when), fits)).toEqual(['special']);
    await w.close();
    expect(await channelsOf(to(when), other)).toEqual(['support']);
  });

  it('holds only with all of its conditions', async () => {
    const rule = to({ category: 'billing', plan: 'enterprise', language: 'fr' });
    const account = { name: 'Acme', plan: 'Enterprise' };
    expect(await channelsOf(rule, { account, analysis: { language: 'fr' } })).toEqual(['special']);
    await w.close();
    expect(await channelsOf(rule, { account })).toEqual(['support']);
  });

  it('is the first of those that hold, and may name several channels', async () => {
    const rules = [
      { when: { language: 'de' }, to: 'console:german' },
      { when: { category: 'billing' }, to: ['console:billing', 'console:finance'] },
      { when: {}, to: 'console:rest' },
    ];
    expect((await channelsOf(rules, {})).sort()).toEqual(['billing', 'finance']);
    await w.close();
    expect(await channelsOf(rules, { analysis: { category: 'reports/exports' } })).toEqual(['rest']);
  });

  it('never matches what is not known', async () => {
    expect(await channelsOf(to({ plan: 'enterprise' }), {})).toEqual(['support']);
    await w.close();
    expect(await channelsOf(to({ account: 'Acme' }), {})).toEqual(['support']);
  });

  it('does not move a card that stands', async () => {
    expect(await channelsOf(to({ category: 'reports' }), {})).toEqual(['support']);
    const [post] = w.platform.posts;
    const id = Number(post?.card.ref?.ticketId.slice(2));
    await w.press('ana', id, { kind: 'reclassify', category: 'reports/exports' });
    await w.work();
    expect(w.platform.posts.filter(({ place }) => !place.thread)).toHaveLength(1);
  });
});
