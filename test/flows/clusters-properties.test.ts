// Whatever comes and whatever people correct: counts are what SQL says, sums are what members say, corrections stay.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { act } from '../../src/flows/actions.ts';
import { mergeClusters } from '../../src/flows/cluster-merge.ts';
import type { OtherFormId } from '../../src/model/card.ts';
import { openWorkspace, type Workspace } from '../support/workspace.ts';

const WORDS = ['export', 'photo', 'calendar', 'invoice'] as const;
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ type: fc.constant('report'), word: fc.constantFrom(...WORDS), who: fc.nat(5) }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('split'), cluster: fc.nat(9), member: fc.nat(9) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('merge'), cluster: fc.nat(9), into: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('night') }) },
);

let shop: Workspace;
beforeAll(async () => {
  shop = await openWorkspace();
  const calm = shop.engine.analyse;
  shop.engine.analyse = async (input) => ({
    ...(await calm(input)),
    kind: 'bug',
    category: 'reports/exports',
  });
});
afterAll(() => shop.close());

function submit(id: number, form: OtherFormId, values: Record<string, string>) {
  return act(shop.deps, {
    ref: { ticketId: `C-${id}`, draftVersion: 1 },
    agent: { platform: 'console', userId: 'ana@team.example' },
    intent: { type: 'submit', form, values },
  });
}

async function rows<T>(schema: z.ZodType<T>, sql: string): Promise<T[]> {
  return z.array(schema).parse((await shop.pool.query(sql)).rows);
}

const alive = async () =>
  (
    await rows(
      z.object({ id: z.coerce.number() }),
      'select id from cluster where merged_into is null order by id',
    )
  ).map(({ id }) => id);
const at = <T>(list: T[], i: number): T | undefined => list[i % Math.max(1, list.length)];

it('keeps counts, sums and corrections right through any series of reports and corrections', {
  timeout: 300_000,
}, async () => {
  let written = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 10 }), async (steps) => {
      for (const one of steps) {
        if ('word' in one) {
          await shop.write(
            `The ${one.word} fails with ${one.word.toUpperCase().slice(0, 3)}-50${one.who % 2}`,
            {
              externalId: `p-${++written}`,
              customer: { email: `p${one.who}-${written % 3}@x.example` },
            },
          );
          await shop.work();
        } else if ('member' in one) {
          const id = at(await alive(), one.cluster);
          const member = id === undefined ? undefined : at(await shop.store.membersOf(id), one.member);
          if (id !== undefined && member)
            await submit(id, 'split', { reports: `${member.messageId}/${member.part}` });
        } else if ('into' in one) {
          const ids = await alive();
          const [from, into] = [at(ids, one.cluster), at(ids, one.into)];
          if (from !== undefined && into !== undefined) await submit(from, 'merge', { into: `C-${into}` });
        } else await mergeClusters(shop.deps);
      }
      await everythingAddsUp();
    }),
    { numRuns: 8 },
  );
});

async function everythingAddsUp(): Promise<void> {
  const n = z.coerce.number();
  const truth = await rows(
    z.object({ id: n, members: n, customers: n }),
    `select c.id, count(m.message_id) as members, count(distinct t.customer_id) as customers
     from cluster c left join cluster_member m on m.cluster_id = c.id left join ticket t on t.id = m.ticket_id
     where c.merged_into is null group by c.id`,
  );
  for (const { id, members, customers } of truth) {
    const cluster = await shop.store.getCluster(id);
    expect(cluster?.size).toBe(members);
    expect((await shop.store.clusterCounts(id)).customers).toBe(customers);
    const kinds = Object.values(cluster?.profile?.kinds ?? {});
    expect(kinds.reduce((sum, times) => sum + times, 0)).toBe(members);
  }
  // Every report is in one cluster that still stands, and none in one that people took it out of.
  const lost = await rows(
    z.object({ id: n }),
    `select m.message_id as id from cluster_member m join cluster c on c.id = m.cluster_id
     left join cluster_refusal r on r.message_id = m.message_id and r.part = m.part and r.cluster_id = m.cluster_id
     where c.merged_into is not null or (r.cluster_id is not null and m.by is null)`,
  );
  expect(lost).toEqual([]);
}
