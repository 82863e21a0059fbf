// The solved tickets that can be found again: those that ask the same count once, with the best reply.
import type { Exemplar } from '../../ports.ts';
import { cosine, createSearchIndex, type Hit, type SearchQuery } from './retrieval.ts';
import { cleanText } from './text.ts';

/** Cosine from which two tickets of one category ask the same: a template with another name or number in it. */
const SAME = 0.97;

export interface ExemplarIndex {
  /** Adds or replaces a ticket; of near-duplicates the one that `isBetter` prefers is kept, else the later one. */
  add(exemplar: Exemplar, vector: Float32Array): void;
  search(query: SearchQuery, limit: number): Hit<Exemplar>[];
}

/** `isReusable` tells whether a reply may be said to anybody: such a one is kept before any other. */
export function createExemplarIndex(isReusable: (reply: string) => boolean): ExemplarIndex {
  const index = createSearchIndex<Exemplar>();
  /** Near-duplicates share a place, named after the first of them. */
  const placeOf = new Map<string, string>();
  /** Who stands where, by category, language and plan: only those can ask the same. */
  const groups = new Map<string, Map<string, { exemplar: Exemplar; vector: Float32Array }>>();

  function twinOf(group: Map<string, { vector: Float32Array }>, vector: Float32Array): string | undefined {
    for (const [place, other] of group) {
      if (!index.has(place)) group.delete(place);
      else if (cosine(vector, other.vector) >= SAME) return place;
    }
    return undefined;
  }

  function isBetter(a: Exemplar, b: Exemplar): boolean {
    // What made somebody unhappy is not said again, whoever it would suit.
    const serves = ({ quality, reply }: Exemplar) => quality > 0 && isReusable(reply);
    return serves(a) === serves(b) ? a.quality > b.quality : serves(a);
  }

  return {
    add(exemplar, vector) {
      const { id, category, language, plan } = exemplar;
      const name = JSON.stringify([category, language, plan]);
      const group = groups.get(name) ?? new Map<string, { exemplar: Exemplar; vector: Float32Array }>();
      groups.set(name, group);
      const place = placeOf.get(id) ?? twinOf(group, vector) ?? id;
      const other = group.get(place)?.exemplar;
      if (other && other.id !== id && isBetter(other, exemplar)) return;
      placeOf.set(id, place);
      group.set(place, { exemplar, vector });
      index.add({
        id: place,
        text: cleanText(exemplar.text).text,
        vector,
        language,
        category,
        data: exemplar,
      });
    },
    search: index.search,
  };
}
