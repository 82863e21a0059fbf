// Search over articles: passages are found by words and meaning, and ordered by what their whole article knows.
import type { ArticleItem } from './fitting.ts';
import {
  cosine,
  createSearchIndex,
  type Fits,
  type Hit,
  type SearchIndex,
  type SearchQuery,
} from './retrieval.ts';

/** Passages that are ordered anew. */
const CANDIDATES = 80;
/**
 * Worth, in z-scores, of all of the question's telling words standing in the article, and of a passage that means the
 * same as the whole message. On the sample's history, where the reply that was sent shows which article answers,
 * they raise the share of right first articles from 47 to 52 %.
 */
const WORTH = { coverage: 8, closeness: 8 };

export interface ArticleIndex extends SearchIndex<ArticleItem> {
  /** The best passages; `coverage` of each is that of its whole article. */
  find(query: SearchQuery, limit: number, fits?: Fits<ArticleItem>): Hit<ArticleItem>[];
}

export function createArticleIndex(): ArticleIndex {
  const index = createSearchIndex<ArticleItem>();
  return {
    ...index,
    find(query, limit, fits) {
      const [whole] = query.vectors;
      const known = new Map<string, number>();
      return index
        .search(query, CANDIDATES, fits)
        .map((hit) => {
          const { article } = hit.item.data.parts;
          const coverage =
            known.get(article.id) ?? index.coverage(query.text, `${article.title}\n${article.body}`);
          known.set(article.id, coverage);
          const closeness = whole ? cosine(whole, hit.item.vector) : 0;
          return {
            ...hit,
            coverage,
            score: hit.score + WORTH.coverage * coverage + WORTH.closeness * closeness,
          };
        })
        .sort((a, b) => b.score - a.score)
        .slice(0, limit);
    },
  };
}
