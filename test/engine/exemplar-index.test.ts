// Solved tickets that ask the same are one place in the index, with the best reply.
import { describe, expect, it } from 'vitest';
import { createExemplarIndex } from '../../src/engine/local/exemplar-index.ts';
import type { Exemplar } from '../../src/ports.ts';

const solved = (id: string, changes: Partial<Exemplar> = {}): Exemplar => ({
  id,
  text: 'Where do I find invoice CL-20931?',
  reply: 'Under Billing.',
  category: 'billing/invoice-copy',
  kind: 'question',
  language: 'en',
  plan: 'Team',
  quality: 0.8,
  ...changes,
});
const east = new Float32Array([1, 0]);
const nearlyEast = new Float32Array([Math.cos(0.1), Math.sin(0.1)]);
const north = new Float32Array([0, 1]);
const query = { text: 'invoice', vectors: [east], language: 'en' };

describe('near-duplicates', () => {
  const open = () => createExemplarIndex((reply) => !reply.includes('I have'));
  const kept = (index: ReturnType<typeof open>) => index.search(query, 9).map(({ item }) => item.data.id);

  it('are kept once, the later one before the earlier', () => {
    const index = open();
    index.add(solved('1'), east);
    index.add(solved('2'), nearlyEast);
    expect(kept(index)).toEqual(['2']);
  });

  it('give way to a better rated reply, and to one that may be said to anybody', () => {
    const index = open();
    index.add(solved('rated', { quality: 1 }), east);
    index.add(solved('later', { quality: 0.5 }), east);
    expect(kept(index)).toEqual(['rated']);
    index.add(solved('personal', { quality: 1, reply: 'I have sent it.' }), east);
    expect(kept(index)).toEqual(['rated']);
  });

  it('give way once the customer was unhappy with theirs', () => {
    const index = open();
    index.add(solved('1'), east);
    index.add(solved('1', { quality: 0 }), east);
    index.add(solved('personal', { reply: 'I have sent it.' }), east);
    expect(kept(index)).toEqual(['personal']);
  });

  it.each([
    ['another category', solved('2', { category: 'billing/refund' }), east],
    ['another plan', solved('2', { plan: 'Business' }), east],
    ['another question', solved('2'), north],
  ])('are not tickets of %s', (_, other, vector) => {
    const index = open();
    index.add(solved('1'), east);
    index.add(other, vector);
    expect(kept(index)).toHaveLength(2);
  });

  it('do not keep a ticket from being replaced by its newer self', () => {
    const index = open();
    index.add(solved('1', { quality: 1 }), east);
    index.add(solved('1', { quality: 0.2 }), east);
    expect(index.search(query, 9).map(({ item }) => item.data.quality)).toEqual([0.2]);
  });
});
