// What engineers are told of a bug: the whole card, from what customers wrote to what stands in the channel.
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Analysis } from '../../src/model/analysis.ts';
import type { EngineInput } from '../../src/ports.ts';
import { openWorkspace, type Workspace } from '../support/workspace.ts';

let w: Workspace;
beforeEach(async () => {
  w = await openWorkspace({ clusters: { customers: 3, growth: 1_000 }, workspace: { timeZone: 'UTC' } });
  const calm = w.engine.analyse;
  w.engine.analyse = async (input: EngineInput) => {
    const text = input.messages.at(-1)?.text ?? '';
    return { ...(await calm(input)), ...(text.includes('EXP-504') && bugIn(text)) };
  };
});
afterEach(() => w.close());

/** What the engine finds in a report. */
function bugIn(text: string): Partial<Analysis> {
  const versions = text.match(/(?:Chrome|Firefox) \d+/g) ?? [];
  const steps = text.includes('Reports') ? ['Open Reports', 'Choose a year', 'Press Export'] : [];
  const bug = { codes: ['EXP-504'], endpoints: [], exceptions: [], versions, steps };
  return { kind: 'bug', category: 'reports/exports', summary: text.slice(0, 60), bug };
}

test('a bug that three customers report, with everything that is known of it', async () => {
  const accounts = [
    { name: 'Acme Ltd', domain: 'acme.example', plan: 'Scale', mrr: 900 },
    { name: 'Bolt Ltd', domain: 'bolt.example', plan: 'Team', mrr: 350.5 },
  ];
  for (const account of accounts) await w.store.transaction((tx) => tx.upsertAccount(account));
  const says = async (at: string, channel: string, email: string, name: string, text: string) => {
    w.clock.set(at);
    await w.write(text, { channel, customer: { email, name } });
    await w.work();
  };
  await says('2026-02-20T08:00:00Z', 'email', 'eve@old.example', 'Eve Old', 'Where do I find my invoice?');
  await says(
    '2026-03-02T09:00:00Z',
    'email',
    'ada@acme.example',
    'Ada Byron',
    'The report export stops with EXP-504 in Chrome 147. Call Ada Byron at +49 170 1234567.',
  );
  await says(
    '2026-03-02T10:00:00Z',
    'livechat',
    'bo@bolt.example',
    'Bo Quist',
    'Our report export fails with EXP-504 (Chrome 147): open Reports, choose a year, press Export.',
  );
  expect(w.platform.posts.filter(({ place }) => place.channel === 'bugs')).toEqual([]);
  await says(
    '2026-03-02T11:30:00Z',
    'email',
    'cy@acme.example',
    'Cy Moreau',
    'Report export: EXP-504 again in Firefox 140, mail me at cy@acme.example',
  );
  const pings = () => w.platform.posts.filter(({ place }) => place.channel === 'bugs');
  expect(pings()).toHaveLength(1);
  const card = pings()[0]?.card;
  expect(card?.fallback).toBe(
    'Bug reported by 3 customers: The report export stops with EXP-504 in Chrome 147 (C-2)',
  );
  const { buttons, menu } = card?.blocks.find((block) => block.type === 'actions') ?? {};
  expect([buttons, menu].map((offered) => offered?.map(({ label }) => label))).toEqual([
    ['Create issue', 'Link existing', 'Not a bug', 'Mute'],
    ['Rename', 'The same as another…', 'Some are not the same…'],
  ]);
  const quote = (label: string, text: string) => ({ type: 'quote', of: 'customer', label, text, cut: false });
  const quotes = [
    quote('Scale plan · 09:00', 'The report export stops with EXP-504 in Chrome 147.'),
    quote(
      'Team plan · 10:00',
      'Our report export fails with EXP-504 (Chrome 147): open Reports, choose a year, press Export.',
    ),
    quote('Scale plan · 11:30', 'Report export: EXP-504 again in Firefox 140, mail me at [e-mail]'),
  ];
  expect(card?.blocks.filter(({ type }) => type !== 'actions')).toEqual([
    {
      type: 'header',
      text: 'The report export stops with EXP-504 in Chrome 147',
      chips: [
        { kind: 'state', text: 'Bug', tone: 'warning' },
        { kind: 'id', text: 'C-2' },
        { kind: 'customer', text: '3 customers' },
        { kind: 'plan', text: 'paying 1,251 a month' },
      ],
    },
    { type: 'text', style: 'muted', label: 'Why now', text: '3 customers in 7 days' },
    {
      type: 'fields',
      fields: [
        { label: 'Since', value: '09:00' },
        { label: 'Latest', value: '11:30 · 3 customers in 24 h' },
        { label: 'Usual', value: 'less than one in ten days about Exports' },
        { label: 'Accounts', value: '2 (Scale, Team)' },
        { label: 'Error', value: 'EXP-504 (3)' },
        { label: 'Environment', value: 'Chrome 147 (2), Firefox 140' },
        { label: 'Channels', value: 'e-mail (2), live chat' },
      ],
    },
    {
      type: 'text',
      style: 'body',
      label: 'Steps to reproduce',
      text: '1. Open Reports\n2. Choose a year\n3. Press Export',
    },
    ...quotes,
  ]);

  await says('2026-03-03T12:00:00Z', 'email', 'di@solo.example', 'Di Solo', 'EXP-504 in the report export');
  const later = JSON.stringify(pings().map((ping) => ping.card.blocks));
  for (const known of ['"4 customers"', '12:00 · 1 customer in 24 h', 'EXP-504 (4)', 'e-mail (3), live chat'])
    expect(later).toContain(known);
  expect(later.match(/"quote"/g)).toHaveLength(3);
});
