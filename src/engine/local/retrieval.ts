// Search over article passages and solved tickets: BM25 and cosine, each as z-scores, added half and half.
import MiniSearch from 'minisearch';

/** Solved tickets that are kept in memory; the oldest go first (20,000 x 512 floats are 41 MB). */
const MOST_ITEMS = 20_000;

export interface SearchItem<T> {
  id: string;
  text: string;
  vector: Float32Array;
  language: string;
  category: string | null;
  data: T;
}

export interface SearchQuery {
  text: string;
  /** Of the whole and of its most telling sentences: the closest one counts. */
  vectors: Float32Array[];
  /** Only items in this language are found. */
  language: string;
  /** Probability of each category, as far as known: items of a likely category gain a little. */
  categories?: Map<string, number>;
}

/** Whether an item may be found at all, for this customer. */
export type Fits<T> = (data: T) => boolean;

export interface Hit<T> {
  item: SearchItem<T>;
  /** Sum of z-scores: for the order only. */
  score: number;
  /** -1..1; of unit vectors. */
  cosine: number;
  /** 0..1: how much of the query's weight in rare words the item contains. */
  coverage: number;
}

/** Words too common to tell items apart. */
const STOP = new Set(
  'a about after again all also am an and any are as at be because been before being but by can could did do does doing for from get got had has have he hello help her here hi him his how i if in into is it its just like me more my no not now of off ok on one only or our out over own please she should so some still such than thanks that the their them then there these they this those to too up us very was we were what when where which while who why will with would you your yes im ive dont doesnt cant isnt know need want tell'.split(
    ' ',
  ),
);

/** A light stemmer: enough to bring "exports", "exporting" and "exported" together. */
export function stem(word: string): string {
  if (word.length <= 4) return word.replace(/(?<=[^s])s$/, '');
  return word
    .replace(/(?:ies)$/, 'y')
    .replace(/(?:ing|edly|ed|es|s)$/, '')
    .replace(/([bdgmnprt])\1$/, '$1')
    .replace(/e$/, '');
}

/** Stems of the content words of a text. */
export function contentWords(text: string): string[] {
  return (
    text
      .toLowerCase()
      .replace(/[’'`]/g, '')
      .match(/[\p{L}\p{N}]+/gu)
      ?.filter((word) => word.length > 1 && !STOP.has(word))
      .map(stem) ?? []
  );
}

export function cosine(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i += 1) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

function zScores(values: number[]): number[] {
  const mean = values.reduce((sum, v) => sum + v, 0) / Math.max(1, values.length);
  const spread = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / Math.max(1, values.length));
  return values.map((v) => (spread > 1e-9 ? (v - mean) / spread : 0));
}

export interface SearchIndex<T> {
  add(item: SearchItem<T>): void;
  /** Removes all items whose id does not satisfy `keep`. */
  retain(keep: (id: string) => boolean): void;
  has(id: string): boolean;
  search(query: SearchQuery, limit: number, fits?: Fits<T>): Hit<T>[];
  /** 0..1: how much of a text's weight in rare words another text contains. */
  coverage(text: string, by: string): number;
}

/** 0..1: the share of the wanted stems' weight that is among those of another text. */
export function coverageOf(
  wanted: Iterable<string>,
  having: ReadonlySet<string>,
  weigh: (stem: string) => number,
): number {
  let [all, shared] = [0, 0];
  for (const stem of wanted) {
    const weight = weigh(stem);
    all += weight;
    if (having.has(stem)) shared += weight;
  }
  return all > 0 ? shared / all : 0;
}

/** Weight of a stem that `holders` of `all` texts have: the rarer, the more (BM25's inverse document frequency). */
export function rarityOf(holders: number, all: number): number {
  return Math.log(1 + (all + 1) / (holders + 0.5));
}

/** Exact search in memory; adding an id again replaces it. */
export function createSearchIndex<T>(): SearchIndex<T> {
  const items = new Map<string, SearchItem<T>>();
  const words = new MiniSearch<{ id: string; text: string }>({
    fields: ['text'],
    tokenize: (text) => text.match(/[\p{L}\p{N}]+/gu) ?? [],
    processTerm: (term) => contentWords(term)[0] ?? null,
  });
  const frequency = new Map<string, number>();
  const stems = new Map<string, Set<string>>();

  function count(id: string, by: 1 | -1): void {
    for (const word of stems.get(id) ?? []) frequency.set(word, (frequency.get(word) ?? 0) + by);
  }

  function remove(id: string): void {
    if (!items.delete(id)) return;
    words.discard(id);
    count(id, -1);
    stems.delete(id);
  }

  function idf(word: string): number {
    return rarityOf(frequency.get(word) ?? 0, items.size);
  }

  return {
    add(item) {
      remove(item.id);
      items.set(item.id, item);
      words.add({ id: item.id, text: item.text });
      stems.set(item.id, new Set(contentWords(item.text)));
      count(item.id, 1);
      if (items.size > MOST_ITEMS) {
        const oldest = items.keys().next().value;
        if (oldest !== undefined) remove(oldest);
      }
    },
    retain(keep) {
      for (const id of [...items.keys()]) if (!keep(id)) remove(id);
    },
    has: (id) => items.has(id),
    coverage: (text, by) => coverageOf(new Set(contentWords(text)), new Set(contentWords(by)), idf),
    search({ text, vectors, language, categories }, limit, fits = () => true) {
      const candidates = [...items.values()].filter((item) => item.language === language && fits(item.data));
      if (!candidates.length) return [];
      const query = [...new Set(contentWords(text))].slice(0, 60);
      const found = new Map(
        words
          .search(query.join(' '), { combineWith: 'OR', fuzzy: (term) => (term.length > 5 ? 1 : false) })
          .map((result): [string, number] => [String(result.id), result.score]),
      );
      const cosines = candidates.map((item) =>
        Math.max(...vectors.map((vector) => cosine(vector, item.vector))),
      );
      const lexical = zScores(candidates.map((item) => Math.sqrt(found.get(item.id) ?? 0)));
      const semantic = zScores(cosines);
      return candidates
        .map((item, i) => ({
          item,
          cosine: cosines[i] ?? 0,
          score:
            (lexical[i] ?? 0) +
            (semantic[i] ?? 0) +
            (item.category ? 1.5 * (categories?.get(item.category) ?? 0) : 0),
        }))
        .sort((a, b) => b.score - a.score)
        .slice(0, limit)
        .map((hit) => ({ ...hit, coverage: coverageOf(query, stems.get(hit.item.id) ?? new Set(), idf) }));
    },
  };
}
