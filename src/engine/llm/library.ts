// The passages that one draft may cite: what was searched for it, each under a short id.
import type { Source } from '../../model/draft.ts';
import type { Engine } from '../../ports.ts';
import { plainMarkdown, spokenOf } from '../local/articles.ts';

/** Passages a search brings, and characters of one. */
const SHOWN = { articles: 4, tickets: 3, characters: 2_500 };
/** Closeness below which an article, or a solved ticket, is about something else. */
const LEAST_CLOSE = { article: 0.15, ticket: 0.45 };

export interface Passage {
  /** `K1` an article, `S1` a solved ticket. */
  id: string;
  kind: Source['kind'];
  /** Of the article or the solved ticket. */
  sourceId: string;
  title: string;
  url: string | null;
  category: string | null;
  /** Plans that have it; empty: all. */
  plans: string[];
  text: string;
  /** 0..1: how close the best search for it came. */
  closeness: number;
}

export interface Library {
  /** Finds articles; found ones can be cited from now on. */
  searchArticles(question: string): Promise<Passage[]>;
  /** Finds what was answered to customers who asked the like. Only what may be said to anybody. */
  searchTickets(question: string): Promise<Passage[]>;
  get(id: string): Passage | undefined;
  all(): Passage[];
}

/** An empty library over what the local engine knows, in these languages. */
export function createLibrary(
  local: Pick<Engine, 'searchKnowledge' | 'similarTickets'>,
  languages: string[],
): Library {
  const passages = new Map<string, Passage>();
  const bySource = new Map<string, Passage>();

  function add(letter: 'K' | 'S', found: Omit<Passage, 'id'>): Passage {
    const key = `${found.kind} ${found.sourceId}`;
    const known = bySource.get(key);
    if (known) {
      known.closeness = Math.max(known.closeness, found.closeness);
      return known;
    }
    const number = [...passages.values()].filter(({ kind }) => kind === found.kind).length + 1;
    const passage = { id: `${letter}${number}`, ...found };
    passages.set(passage.id, passage);
    bySource.set(key, passage);
    return passage;
  }

  return {
    async searchArticles(question) {
      const hits = await local.searchKnowledge(question, { languages, limit: SHOWN.articles });
      return hits
        .filter(({ closeness }) => closeness >= LEAST_CLOSE.article)
        .map(({ article, closeness }) =>
          add('K', {
            kind: 'article',
            sourceId: article.id,
            title: article.macro ? `Macro: ${article.title}` : article.title,
            url: article.url ?? article.macro?.sources[0] ?? null,
            category: article.category,
            plans: article.plans,
            text: cut(plainMarkdown(spokenOf(article.body))),
            closeness,
          }),
        );
    },
    async searchTickets(question) {
      const tickets = await local.similarTickets(question, SHOWN.tickets);
      return tickets.flatMap(({ id, reusable, score }) =>
        reusable && score >= LEAST_CLOSE.ticket
          ? [
              add('S', {
                kind: 'exemplar',
                sourceId: id,
                title: `Solved ticket ${id}`,
                url: null,
                category: null,
                plans: [],
                text: cut(reusable),
                closeness: score,
              }),
            ]
          : [],
      );
    },
    get: (id) => passages.get(id.trim().replace(/^\[|\]$/g, '')),
    all: () => [...passages.values()],
  };
}

/** A passage as the model sees it. */
export function passageData({ id, title, plans, text }: Passage) {
  return { id, title, plans: plans.length ? plans : 'all', text };
}

function cut(text: string): string {
  return text.length > SHOWN.characters ? `${text.slice(0, SHOWN.characters)} […]` : text;
}
