// 👀: when looking at a ticket ends, many at once, and what it never touches.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { lookersOf } from '../../src/cards/lookers.ts';
import { act } from '../../src/flows/actions.ts';
import type { Decision } from '../../src/model/decision.ts';
import { openWorkspace, type Workspace } from '../support/workspace.ts';

let w: Workspace;
beforeEach(async () => {
  w = await openWorkspace();
});
afterEach(() => w.close());

const look = (agent: string, ticketId: string, on = true) =>
  act(w.deps, {
    ref: { ticketId, draftVersion: 0 },
    agent: { platform: 'console', userId: `${agent}@team.example` },
    intent: { type: 'looking', on },
  });

async function aTicket(): Promise<number> {
  const { ticketId } = await w.write('Where is my invoice?');
  await w.work();
  return ticketId ?? 0;
}

it.each<Decision>([
  { kind: 'take' },
  { kind: 'assign', to: 'ben@team.example' },
  { kind: 'approve' },
  { kind: 'edit', text: 'Here it is.' },
  { kind: 'resolve' },
  { kind: 'reject', reason: 'spam' },
])('is over with $kind, and cannot begin after it', async (decision) => {
  const id = await aTicket();
  await look('ana', `T-${id}`);
  expect((await w.store.getTicket(id))?.looking).toEqual(['Ana']);
  await w.press('ana', id, decision);
  await look('ben', `T-${id}`);
  expect((await w.store.getTicket(id))?.looking).toEqual([]);
});

it('goes on while the ticket waits: notes and later words of the customer change nothing', async () => {
  const id = await aTicket();
  await look('ana', `T-${id}`);
  await w.press('ben', id, { kind: 'note', text: 'asked accounting' });
  await w.write('Anybody there?');
  await w.work();
  expect((await w.store.getTicket(id))?.looking).toEqual(['Ana']);
});

it('keeps everybody who comes at the same moment, once, and draws nothing for what is known', async () => {
  const id = await aTicket();
  await Promise.all(['ana', 'ben', 'ana', 'ben'].map((agent) => look(agent, `T-${id}`)));
  const ticket = await w.store.getTicket(id);
  expect(ticket?.looking.toSorted()).toEqual(['Ana', 'Ben']);
  await look('ana', `T-${id}`);
  expect((await w.store.getTicket(id))?.rev).toBe(ticket?.rev);
});

it.each(['T-999999', 'C-1', 'P-1', 'A-1'])('says nothing on %s', async (key) => {
  expect(await look('ana', key)).toEqual({ kind: 'none' });
  expect(await look('stranger', key)).toEqual({ kind: 'none' });
});

it('names three people and counts the rest', () => {
  const says = (...looking: string[]) => lookersOf({ looking }).map((block) => 'text' in block && block.text);
  expect(says()).toEqual([]);
  expect(says('Ana')).toEqual(['Ana is looking at it']);
  expect(says('Ana', 'Ben')).toEqual(['Ana and Ben are looking at it']);
  expect(says('Ana', 'Ben', 'Cem', 'Dora', 'Eva')).toEqual(['Ana, Ben, Cem, and 2 others are looking at it']);
});
