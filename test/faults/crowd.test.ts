// Everybody at one conversation at once: customers write, agents note and decide, replies leave.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sendDue } from '../../src/flows/reply.ts';
import { openWorkspace, type Workspace } from '../support/workspace.ts';

let w: Workspace;
beforeAll(async () => {
  w = await openWorkspace();
});
afterAll(() => w.close());

it('nobody waits in a circle: all of it succeeds, and what arrived counts as sent', async () => {
  const threads = ['a', 'b', 'c', 'd'];
  const ids: number[] = [];
  for (const threadId of threads) ids.push((await w.write(threadId.repeat(9), { threadId })).ticketId ?? 0);
  for (let round = 0; round < 6; round++) {
    await w.work();
    await Promise.all(ids.map((id) => w.press('ana', id, { kind: 'approve' })));
    w.clock.advance(10_001);
    const answers = await Promise.all([
      ...ids.map((id) => w.say('ben', id, 'I am looking into it')),
      ...Array.from({ length: 3 }, () => sendDue(w.deps)),
      ...threads.map((threadId) => w.write(`${threadId.repeat(9)} once more`, { threadId })),
      ...ids.map((id) => w.press('ben', id, { kind: 'note', text: 'Called them' })),
    ]);
    for (const answer of answers)
      if (answer && 'kind' in answer && answer.kind === 'notice') expect(answer.text).not.toContain('wrong');
  }
  const rows = (await Promise.all(ids.map((id) => w.store.outboxOf(id)))).flat();
  const arrived = w.email.sent.map(({ key }) => key);
  expect(new Set(arrived).size).toBe(arrived.length);
  expect(
    rows
      .filter(({ status }) => status === 'sent')
      .map(({ key }) => key)
      .sort(),
  ).toEqual(arrived.sort());
  const { rows: gaps } = await w.pool.query(
    `select c.id from conversation c join message m on m.conversation_id = c.id
     group by c.id having c.next_seq <> count(m.id) + 1`,
  );
  expect(gaps).toEqual([]);
}, 400_000);
