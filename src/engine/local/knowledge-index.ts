// What the team knows: articles and macros, embedded when they change, found by words and meaning.
import { asShare } from '../../model/probability.ts';
import type { Embedder, KnowledgeArticle, KnowledgeHit } from '../../ports.ts';
import { type ArticleIndex, createArticleIndex } from './article-index.ts';
import { passagesOf, takeApart } from './articles.ts';
import { knownTokens } from './exemplars.ts';
import { createMacroIndex, linesOf, type MacroIndex, type Starter } from './macro-index.ts';
import { type MacroParts, takeMacroApart } from './macros.ts';
import { cleanText, contentHash } from './text.ts';

export interface KnowledgeIndex {
  /** Replaces everything; only what changed is embedded again. `counted` is told how much that is, and runs it. */
  set(
    list: KnowledgeArticle[],
    counted: (amount: number, work: () => Promise<void>) => Promise<void>,
  ): Promise<void>;
  findPassages: ArticleIndex['find'];
  findMacros: MacroIndex['find'];
  macrosNamed: MacroIndex['named'];
  about: MacroIndex['about'];
  hasMacros(): boolean;
  /** Articles and macros for a question, best first, each once. */
  search(
    question: string,
    vector: Float32Array,
    options: { languages: string[]; limit: number },
  ): KnowledgeHit[];
  /** The article at an address. */
  articleAt(url: string): KnowledgeArticle | undefined;
  /** Whether a macro rests on the article at an address. */
  hasMacro(url: string | null): boolean;
  /** 0..1: how much of a text's weight in rare words another text contains. */
  coverage(text: string, by: string): number;
  /** Tokens that may be said to anybody. */
  known(): Set<string>;
  close(): Promise<void>;
}

/** Knows nothing at first. `embed` reads texts that nobody waits for; `starters` are messages of each topic. */
export function createKnowledgeIndex(embed: Embedder['embed'], starters: Starter[]): KnowledgeIndex {
  const passages = createArticleIndex();
  const hashes = new Map<string, string>();
  let byUrl: ReadonlyMap<string, KnowledgeArticle> = new Map();
  const articleAt = (url: string) => byUrl.get(url);
  let behindMacros: ReadonlySet<string> = new Set();
  const macros = createMacroIndex(starters);
  let anyMacro = false;
  let known: Set<string> = new Set();

  /** What is searched of it, with the act that puts it into its index. */
  function prepare(article: KnowledgeArticle): { texts: string[]; add(vectors: Float32Array[]): void } {
    if (article.macro) {
      const macro = takeMacroApart(article);
      const texts = linesOf(macro);
      return {
        texts,
        add: (vectors) =>
          macros.add(
            macro,
            texts.flatMap((text, i) => (vectors[i] ? [{ text, vector: vectors[i] }] : [])),
          ),
      };
    }
    const parts = takeApart(article);
    const all = passagesOf(parts);
    return {
      texts: all.map(({ text }) => text),
      add(vectors) {
        for (const [i, { section, text }] of all.entries()) {
          const vector = vectors[i];
          const { id, language, category } = article;
          if (vector)
            passages.add({ id: `${id}#${i}`, text, vector, language, category, data: { parts, section } });
        }
      },
    };
  }

  return {
    async set(list, counted) {
      const changed = list.flatMap((article) => {
        const hash = contentHash(JSON.stringify(article));
        return hashes.get(article.id) === hash ? [] : [{ article, hash, ...prepare(article) }];
      });
      await counted(changed.length, async () => {
        const vectors = await embed(changed.flatMap(({ texts }) => texts));
        const current = new Set(list.map(({ id }) => id));
        const renewed = new Set(changed.map(({ article }) => article.id));
        const stays = (id: string) => current.has(id) && !renewed.has(id);
        passages.retain((id) => stays(id.slice(0, id.lastIndexOf('#'))));
        macros.retain(stays);
        let at = 0;
        for (const { article, hash, texts, add } of changed) {
          hashes.set(article.id, hash);
          add(vectors.slice(at, at + texts.length));
          at += texts.length;
        }
        for (const id of [...hashes.keys()]) if (!current.has(id)) hashes.delete(id);
        byUrl = new Map(list.flatMap((article) => (article.url ? [[article.url, article]] : [])));
        behindMacros = new Set(list.flatMap(({ macro }) => macro?.sources ?? []));
        anyMacro = list.some(({ macro }) => macro);
        if (changed.some(({ article }) => article.macro)) await macros.train();
        known = knownTokens(list.map(({ title, body }) => `${title} ${body}`));
      });
    },
    findPassages: passages.find,
    findMacros: macros.find,
    macrosNamed: macros.named,
    about: macros.about,
    hasMacros: () => anyMacro,
    search(question, vector, { languages, limit }) {
      const text = cleanText(question).text;
      const best = new Map<string, KnowledgeHit & { order: number }>();
      const add = (article: KnowledgeArticle, near: number, order: number) => {
        if (!best.has(article.id)) best.set(article.id, { article, closeness: asShare(near), order });
      };
      for (const language of languages) {
        for (const { item, cosine, coverage } of passages.search(
          { text, vectors: [vector], language },
          limit * 3,
        ))
          add(item.data.parts.article, cosine, cosine + coverage);
        const query = { pieces: [{ text, vector }], context: null, language, categories: new Map() };
        const answers = ({ article }: MacroParts) => !article.macro?.handsOver;
        for (const { macro, meaning } of macros.find(query, answers, limit))
          add(macro.article, meaning, 2 * meaning);
      }
      return [...best.values()]
        .sort((a, b) => b.order - a.order)
        .slice(0, limit)
        .map(({ article, closeness }) => ({ article, closeness }));
    },
    articleAt,
    hasMacro: (url) => url !== null && behindMacros.has(url),
    coverage: passages.coverage,
    known: () => known,
    close: macros.close,
  };
}
