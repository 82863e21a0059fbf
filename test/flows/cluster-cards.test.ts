// The card of any cluster, asked for in the chat: wishes, questions and bugs that nobody was told of are corrected there, too.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { act } from '../../src/flows/actions.ts';
import type { Kind } from '../../src/model/analysis.ts';
import type { CardRef } from '../../src/model/card.ts';
import type { ActionReply, Intent } from '../../src/model/platform.ts';
import type { EngineInput } from '../../src/ports.ts';
import { openWorkspace, type Workspace } from '../support/workspace.ts';

let w: Workspace;
let kind: Kind;
beforeEach(async () => {
  w = await openWorkspace();
  const calm = w.engine.analyse;
  w.engine.analyse = async (input: EngineInput) => ({ ...(await calm(input)), kind });
});
afterEach(() => w.close());

async function says(name: string, text: string): Promise<void> {
  await w.store.transaction((tx) =>
    tx.upsertAccount({ name: `${name} Ltd`, domain: `${name}.example`, plan: 'Scale', mrr: 400 }),
  );
  await w.write(text, { customer: { email: `${name}@${name}.example`, name } });
  await w.work();
  w.clock.advance(60_000);
}
const does = (intent: Intent, ref: CardRef | null = null, who = 'ana') =>
  act(w.deps, { ref, agent: { platform: 'console', userId: `${who}@team.example` }, intent });
const ask = (text: string, who = 'ana') => does({ type: 'command', text }, null, who);
function cardOf(reply: ActionReply) {
  if (reply.kind !== 'card') throw new Error(JSON.stringify(reply));
  const actions = reply.card.blocks.find((block) => block.type === 'actions');
  const labels = [...(actions?.buttons ?? []), ...(actions?.menu ?? [])].map(({ label }) => label);
  return {
    ref: reply.card.ref,
    fallback: reply.card.fallback,
    text: JSON.stringify(reply.card.blocks),
    labels,
  };
}
const WISH = 'Please add a dark theme to the job calendar';

describe.each([
  ['feature_request', 'Feature request from 2 customers', 'Wished for', 'Dismiss'],
  ['friction', 'Hard to find or use from 2 customers', 'Hard to find', 'Dismiss'],
  ['question', 'Question from 2 customers', 'Asked by several', 'Dismiss'],
  ['bug', 'Bug reported by 2 customers', 'Broken, say several', 'Not a bug'],
] as const)('what two customers tell of, a %s', (which, fallback, section, dismiss) => {
  beforeEach(async () => {
    kind = which;
    await says('acme', WISH);
    await says('bolt', `${WISH}, mail me at bo@bolt.example`);
  });

  it('is found among the signals, shown to everybody, and goes when it is dismissed', async () => {
    const signals = cardOf(await ask('signals')).text;
    expect(signals).toContain(section);
    expect(signals).toContain('C-1 · 2 companies · 800 a month');
    expect(signals).toContain('“/deskhand ticket C-1”');

    const shown = cardOf(await ask('ticket c-1', 'vera'));
    expect(shown.fallback).toContain(fallback);
    for (const known of [
      '"2 customers"',
      'paying 800 a month',
      'Since',
      'in 24 h',
      '2 (Scale)',
      'e-mail (2)',
      'theme',
    ])
      expect(shown.text).toContain(known);
    expect(shown.text).not.toContain('bo@bolt');
    expect(shown.labels).toEqual([
      ...(which === 'bug' ? ['Create issue', 'Link existing'] : []),
      dismiss,
      'Rename',
      'The same as another…',
      'Some are not the same…',
    ]);

    const gone = cardOf(await does({ type: 'act', act: 'not_bug' }, shown.ref));
    expect(gone.text).toContain(which === 'bug' ? 'Not a bug, says Ana' : 'Dismissed by Ana');
    expect(cardOf(await ask('signals')).text).not.toContain('C-1');
    await does({ type: 'act', act: 'is_bug' }, gone.ref);
    expect(cardOf(await ask('signals')).text).toContain('C-1');
    // Nobody was told of it: nothing of this stands in a channel.
    expect(w.platform.posts.filter(({ card }) => card.ref?.ticketId.startsWith('C-'))).toEqual([]);
  });

  it('is renamed, split and merged again, under the id that stands for both', async () => {
    const { ref } = cardOf(await ask('ticket C-1'));
    const renamed = cardOf(
      await does({ type: 'submit', form: 'rename', values: { title: 'Dark calendar' } }, ref),
    );
    expect(renamed.text).toContain('Dark calendar');

    const form = await does({ type: 'open_form', form: 'split' }, ref);
    const field = form.kind === 'form' ? form.form.fields[0] : undefined;
    const reports = field?.type === 'choices' ? (field.options[0]?.value ?? '') : '';
    expect(await does({ type: 'submit', form: 'split', values: { reports } }, ref)).toMatchObject({
      ok: true,
      text: 'They are C-2 now.',
    });
    expect(cardOf(await ask('ticket C-2')).text).toContain('"1 customer"');

    const { ref: second } = cardOf(await ask('ticket C-2'));
    await does({ type: 'submit', form: 'merge', values: { into: 'C-1' } }, second);
    const both = cardOf(await ask('ticket C-2'));
    expect(both.ref?.ticketId).toBe('C-1');
    expect(both.text).toContain('Dark calendar');
    expect(both.text).toContain('"2 customers"');
  });
});

it.each(['C-999', 'c-', 'C-7 or so'])('says in words that there is no %s', async (key) => {
  expect(await ask(`ticket ${key}`)).toMatchObject({
    kind: 'notice',
    ok: false,
    text: expect.stringContaining(`There is no cluster "${key}"`),
  });
});
