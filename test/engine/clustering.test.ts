// Clusters of reports: what finds each other, what stays apart, and that sums can be taken apart again.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluateClusters } from '../../src/engine/eval/cluster.ts';
import { agreement } from '../../src/engine/eval/partition.ts';
import { evaluateRetrieval } from '../../src/engine/eval/retrieve.ts';
import { createClusterIndex, JOIN } from '../../src/engine/local/clustering.ts';
import { partsOf, signaturesOf, weighTerms } from '../../src/engine/local/fingerprint.ts';
import { nameCluster } from '../../src/engine/local/naming.ts';
import { emptyProfile, joined, profileOf } from '../../src/engine/local/profiles.ts';
import { surgeOf } from '../../src/insights/surge.ts';
import type { ClusterProfile, Fingerprint } from '../../src/model/cluster.ts';
import { wordEmbedder } from './samples.ts';

const embedder = wordEmbedder();

async function report(text: string, changes: Partial<Fingerprint> = {}): Promise<ClusterProfile> {
  const [vector = new Float32Array(embedder.dimensions)] = await embedder.embed([text]);
  const terms = weighTerms(null, text);
  const print = {
    kind: 'bug',
    fault: 0.9,
    categories: {},
    vector,
    terms,
    signatures: signaturesOf(text),
  } as const;
  return profileOf({ ...print, ...changes });
}

describe('a report', () => {
  it.each([
    ['Export failed (EXP-504), again!', ['EXP-504']],
    ['anyone else getting EXP-504??', ['EXP-504']],
    ['exp_504 on my side, EXP504 on hers', ['EXP-504']],
    ['{"code":"export_timeout"}, in the log EXPORT_TIMEOUT', ['EXPORT-TIMEOUT']],
    ['since jan-2026, with SHA-256 and ISO-9001', []],
    ['POST https://api.example.com/v2/jobs/123/items?x=1 fails', ['/v2/jobs/*/items']],
    ['java.lang.NullPointerException at line 3', ['NullPointerException']],
    ['HTTP 500 and status 404', []],
    ['about invoice INV-24390', []],
  ])('is known by its error signatures: %s', (text, signatures) => {
    expect(signaturesOf(text)).toEqual(signatures);
  });

  it('tells of two problems when a later paragraph says that it is about another', () => {
    const text =
      'How do I add a user?\nShe starts today.\n\nAlso, the exports have packed up since this morning.\n\nDeb';
    expect(partsOf(text)).toHaveLength(2);
    expect(partsOf('One thing.\n\nMore about the same thing.')).toHaveLength(1);
    expect(partsOf('')).toHaveLength(1);
  });
});

describe('the index of clusters', () => {
  it('finds the same fault by its code alone, and another fault never by alike words', async () => {
    const index = createClusterIndex(embedder.dimensions);
    index.set(1, await report('Export failed with EXP-504 while saving the report'));
    const [same] = index.nearest(await report('EXP-504?? nothing works for Mike on Monday'), 1);
    expect(same).toMatchObject({ id: 1, shared: ['EXP-504'] });
    expect(same?.score).toBeGreaterThanOrEqual(JOIN);
    const [other] = index.nearest(await report('Export failed with EXP-611 while saving the report'), 1);
    expect(other?.score).toBeLessThan(same?.score ?? 0);
  });

  it('takes a running incident into account, and only for faults', async () => {
    const index = createClusterIndex(embedder.dimensions);
    const now = new Date('2026-03-02T10:00:00Z');
    const categories = { exports: 1 };
    const cluster = joined(
      await report('export stuck at the end', { categories }),
      await report('export hangs near the end', { categories }),
    );
    const vague = await report('the list never comes out', { categories });
    const question = await report('the list never comes out', { categories, fault: 0.05, kind: 'question' });
    index.set(1, cluster, [new Date('2026-02-01T10:00:00Z'), new Date('2026-02-01T11:00:00Z')]);
    const before = index.nearest(vague, 1, now)[0]?.score ?? 0;
    index.set(1, cluster, [new Date('2026-03-02T09:00:00Z'), new Date('2026-03-02T09:30:00Z')]);
    expect(index.nearest(vague, 1, now)[0]?.score).toBeGreaterThan(before + 0.05);
    expect(index.nearest(question, 1, now)[0]?.score).toBeLessThan(before + 0.02);
  });

  it('finds a vague report that came early once many others have come, but none from before the first', async () => {
    const index = createClusterIndex(embedder.dimensions);
    const at = (minute: number) => new Date(Date.UTC(2026, 2, 2, 9, minute));
    const categories = { exports: 0.9 };
    const reports = await Promise.all(
      ['export stuck', 'the export hangs', 'export stops', 'no export works'].map((text) =>
        report(text, { categories }),
      ),
    );
    const whole = [...reports, ...reports].reduce((a, b) => joined(a, b));
    const vague = await report('it hangs, is it me?', { categories, kind: 'question', fault: 0.4 });
    index.set(1, vague, [at(2)]);
    index.set(2, await report('how do I get a sheet?', { categories, kind: 'question', fault: 0.1 }), [
      at(3),
    ]);
    index.set(3, vague, [at(0)]);
    index.set(
      4,
      whole,
      Array.from({ length: 8 }, (_, i) => at(1 + 4 * i)),
    );
    expect(index.home(1)).toMatchObject({ into: 4 });
    expect(index.home(2)).toBeNull();
    expect(index.home(3)?.into).not.toBe(4);
    expect(index.around(4)).toEqual(expect.arrayContaining([1, 2, 3]));
  });

  it('takes no report of another part of the product into a running incident', async () => {
    const index = createClusterIndex(embedder.dimensions);
    const now = new Date('2026-03-02T10:00:00Z');
    const whole = (
      await Promise.all(
        ['export stuck', 'the export hangs'].map((text) => report(text, { categories: { exports: 1 } })),
      )
    ).reduce((a, b) => joined(a, b));
    index.set(
      1,
      whole,
      Array.from({ length: 16 }, () => now),
    );
    const other = await report('the calendar hangs', { categories: { calendar: 1 } });
    expect(index.nearest(other, 1, now)[0]?.score ?? 0).toBeLessThan(JOIN);
  });

  it('forgets what is removed, and survives reports without words', async () => {
    const index = createClusterIndex(embedder.dimensions);
    expect(index.nearest(await report(''), 3)).toEqual([]);
    index.set(1, await report('calendar does not sync'));
    index.set(2, await report(''));
    index.remove(1);
    index.remove(99);
    expect(index.nearest(await report('calendar does not sync'), 3).map(({ id }) => id)).not.toContain(1);
    expect(index.size()).toBe(1);
  });

  it('holds a bounded number of clusters, those with several reports longest', async () => {
    const index = createClusterIndex(4);
    const one = (i: number): ClusterProfile => ({
      ...emptyProfile(4),
      size: 1,
      vector: Float32Array.of(Math.sin(i), Math.cos(i), Math.sin(2 * i), Math.cos(3 * i)),
      terms: { [`word${i}`]: 1 },
    });
    index.set(0, { ...one(0), size: 2 });
    for (let i = 1; i < 5_000; i += 1) index.set(i, one(i));
    expect(index.size()).toBeLessThanOrEqual(4_096);
    expect(index.nearest(one(0), 1)[0]?.id).toBe(0);
  });
});

describe('the sums of a cluster', () => {
  const word = fc.constantFrom(
    'export',
    'login',
    'invoice',
    'photo',
    'crash',
    'EXP-504',
    '/v2/jobs',
    'PDF-12',
  );
  const text = fc.array(word, { minLength: 1, maxLength: 8 }).map((words) => words.join(' '));

  it('are the same in any order, and as before when what was added is taken away', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 2, maxLength: 8 }), async (texts) => {
        const reports = await Promise.all(texts.map((one) => report(one)));
        const sum = (all: ClusterProfile[]) =>
          all.reduce((a, b) => joined(a, b), emptyProfile(embedder.dimensions));
        const whole = sum(reports);
        expect(whole.size).toBe(texts.length);
        expect(Object.keys(sum([...reports].reverse()).terms).sort()).toEqual(
          Object.keys(whole.terms).sort(),
        );
        const half = sum(reports.slice(0, 1));
        const rest = joined(whole, half, -1);
        const direct = sum(reports.slice(1));
        expect(rest.size).toBe(direct.size);
        expect(rest.signatures).toEqual(direct.signatures);
        expect(Object.keys(rest.terms).sort()).toEqual(Object.keys(direct.terms).sort());
        for (const [i, value] of rest.vector.entries()) expect(value).toBeCloseTo(direct.vector[i] ?? 0, 4);
      }),
      { numRuns: 60 },
    );
  });
});

describe('a name', () => {
  it('is the report that says best what most say, with the code they share', async () => {
    const texts = [
      'Exports stuck at 90',
      'The export is stuck, EXP-504, since Friday and my boss is waiting',
      'Mike is sad EXP-504',
    ];
    const all = texts.map((text) => ({ terms: weighTerms(null, text), signatures: signaturesOf(text) }));
    expect(nameCluster(texts, all)).toBe('Exports stuck at 90 (EXP-504)');
    expect(nameCluster([], [])).toBe('Reports alike');
    expect(nameCluster(['word '.repeat(80)], all).length).toBeLessThan(90);
  });
});

describe('the count test', () => {
  it('stays calm on small numbers and little history, and speaks up on many', () => {
    expect(surgeOf(1, 1, 0, 7).chance).toBeGreaterThan(0.05);
    expect(surgeOf(3, 1, 28, 28).chance).toBeGreaterThan(0.05);
    expect(surgeOf(3, 1, 0, 3).chance).toBeGreaterThan(0.001);
    expect(surgeOf(5, 1, 2, 28).chance).toBeLessThan(0.001);
    expect(surgeOf(0, 1, 5, 28).chance).toBe(1);
  });

  it('gives a probability that falls with the count and rises with what is usual', () => {
    const days = fc.integer({ min: 1, max: 60 });
    fc.assert(
      fc.property(fc.nat(200), fc.nat(500), days, (count, before, baseline) => {
        const { chance } = surgeOf(count, 1, before, baseline);
        expect(chance).toBeGreaterThanOrEqual(0);
        expect(chance).toBeLessThanOrEqual(1);
        expect(surgeOf(count + 1, 1, before, baseline).chance).toBeLessThanOrEqual(chance + 1e-12);
        expect(surgeOf(count, 1, before + 1, baseline).chance).toBeGreaterThanOrEqual(chance - 1e-9);
      }),
    );
  });
});

function permutations<T>(items: T[]): T[][] {
  if (items.length < 2) return [items];
  return items.flatMap((item, i) =>
    permutations([...items.slice(0, i), ...items.slice(i + 1)]).map((rest) => [item, ...rest]),
  );
}

const meanOf = (numbers: number[]) => numbers.reduce((sum, n) => sum + n, 0) / numbers.length;

describe('the evaluation', () => {
  it('scores a clustering against the truth, corrected for chance', () => {
    expect(agreement(['a', 'a', 'b', 'b'], [1, 1, 2, 2])).toMatchObject({
      ami: 1,
      ari: 1,
      nmi: 1,
      clusters: 2,
    });
    const [truth, found] = [
      ['a', 'a', 'a', 'b', 'b', 'b'],
      [1, 1, 2, 2, 3, 3],
    ];
    // By definition: (MI - mean MI over all relabellings) / (mean entropy - that mean).
    const information = (labels: number[]) =>
      agreement(truth, labels).nmi * ((Math.log(2) + Math.log(3)) / 2);
    const chance = meanOf(permutations(found).map(information));
    const expected = (information(found) - chance) / ((Math.log(2) + Math.log(3)) / 2 - chance);
    expect(agreement(truth, found).ami).toBeCloseTo(expected, 9);
    // Pairs: 2 together in both, 6 in the truth, 3 in what was found, 15 in all.
    expect(agreement(truth, found).ari).toBeCloseTo((2 - (6 * 3) / 15) / ((6 + 3) / 2 - (6 * 3) / 15), 9);
    expect(agreement([], [])).toMatchObject({ ami: 0, clusters: 0 });
  });

  it('clusters texts as they come, and finds duplicates', async () => {
    const rows = [
      'invoice copy please',
      'copy of the invoice',
      'photo upload crash',
      'crash at photo upload',
    ].map((text, i) => ({ text, label: i < 2 ? 'invoice' : 'photo' }));
    expect(await evaluateClusters(rows, { embedder })).toMatchObject({ n: 4, ami: 1, clusters: 2 });
    const corpus = rows.map(({ text }, i) => ({ id: `${i}`, title: text, body: '' }));
    const pairs = [
      { id: '0', duplicate_of: '1' },
      { id: '2', duplicate_of: 'missing' },
    ];
    expect(await evaluateRetrieval(corpus, pairs, { embedder })).toMatchObject({
      n: 4,
      queries: 1,
      recallAt1: 1,
    });
  });
});
