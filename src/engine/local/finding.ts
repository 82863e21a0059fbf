// Finds what may answer a ticket: macros, articles and solved tickets, for each thing that is asked.
import type { Customer } from '../../model/customer.ts';
import type { Taxonomy } from '../../model/taxonomy.ts';
import type { DraftInput } from '../../ports.ts';
import { type Found, SAYS_LITTLE } from './answering.ts';
import type { Classification, ClassifierModel } from './classifier.ts';
import type { ExemplarIndex } from './exemplar-index.ts';
import { inProducts } from './fitting.ts';
import type { KnowledgeIndex } from './knowledge-index.ts';
import type { Piece } from './macro-index.ts';
import { answerOf, type MacroParts } from './macros.ts';
import { contentWords, cosine } from './retrieval.ts';
import { sentences, wordCount } from './text.ts';
import type { TopicJudge } from './topics.ts';
import type { Reading } from './understanding.ts';

/** What is looked at for one question, and how many of its likeliest topics count. */
const MOST = { articles: 8, exemplars: 5, macros: 6, topics: 5 };
/** Sentences of one question that are searched by themselves. */
const QUERY_SENTENCES = 6;

interface Sources {
  taxonomy: Taxonomy;
  knowledge: KnowledgeIndex;
  exemplars: ExemplarIndex;
  judgeTopic: TopicJudge;
  /** The classifier as it is now. */
  categories(): ClassifierModel;
  embed(texts: string[]): Promise<Float32Array[]>;
}

type Asker = Pick<DraftInput, 'analysis' | 'customer'>;

export interface Finder {
  /** One entry for each question, at least one; `whole`: the message as one, where it asks several things. */
  find(asker: Asker, reading: Reading): Promise<{ found: Found[]; whole: Found | null }>;
  /** Macros that may answer this customer, the likeliest first. */
  macros(asker: Asker, reading: Reading, limit: number): Promise<MacroParts[]>;
  /** The macro of this title, or whose title has its words, that may answer this customer; their language first. */
  macroNamed(asker: Asker, name: string): MacroParts | null;
}

export function createFinder({
  taxonomy,
  knowledge,
  exemplars,
  judgeTopic,
  categories: classifier,
  embed,
}: Sources): Finder {
  /** Looked up each time: topics may be added while the bot runs. */
  const teamOf = (category: string) => taxonomy.categories.find(({ id }) => id === category)?.team;

  async function read(text: string, others: string[]): Promise<[Piece, ...Piece[]]> {
    const [vector = new Float32Array(), ...vectors] = await embed([text, ...others]);
    return [{ text, vector }, ...others.map((other, i) => ({ text: other, vector: vectors[i] ?? vector }))];
  }

  /** What a question is likely about: where the message asks several things, half by itself and half by the whole. */
  function topicsOf(question: Piece, context: Piece | null, hasPlan: boolean): Map<string, number> {
    const { ranked } = judgeTopic(classifier(), question, hasPlan);
    const around = context && probabilities(judgeTopic(classifier(), context, hasPlan).ranked);
    const likely = ranked.map(({ category, probability }) => ({
      category,
      probability: around ? (probability + (around.get(category) ?? 0)) / 2 : probability,
    }));
    return probabilities(likely.sort((a, b) => b.probability - a.probability).slice(0, MOST.topics));
  }

  /** `pieces`: the question, then sentences of it; `context`: the message, where it asks several things. */
  function findFor(
    pieces: [Piece, ...Piece[]],
    context: Piece | null,
    { analysis, customer }: Asker,
    mostMacros = MOST.macros,
  ): Found {
    const question = pieces[0].text;
    const topic = context ?? pieces[0];
    const language = analysis.language === 'und' ? 'en' : analysis.language;
    const categories = topicsOf(pieces[0], context, Boolean(customer.account?.plan));
    const where = { language, categories };
    // "How long are those good for?" has no word that tells of what.
    const text = new Set(contentWords(question)).size < SAYS_LITTLE ? topic.text : question;
    const query = { text, vectors: pieces.map(({ vector }) => vector), ...where };
    const team = teamOf(analysis.category);
    return {
      question,
      articles: knowledge.findPassages(query, MOST.articles, ({ parts }) =>
        inProducts(parts.article, customer),
      ),
      exemplars: exemplars.search(query, MOST.exemplars),
      macros: knowledge.findMacros(
        { pieces, context, ...where },
        (macro) => mayUse(macro, customer, team),
        mostMacros,
      ),
    };
  }

  const find = async (asker: Asker, { topic, questions }: Reading, mostMacros?: number) => {
    if (questions.length < 2) {
      const pieces = await read(topic, tellingSentences(topic));
      return { found: [findFor(pieces, null, asker, mostMacros)], whole: null };
    }
    const [message, ...parts] = await read(topic, questions);
    return {
      // A second question leans on the first ("and does it repeat?"): the whole lends it its topic.
      found: parts.map(({ text, vector }) =>
        findFor([{ text, vector: middle(vector, message.vector) }], message, asker, mostMacros),
      ),
      whole: findFor([message], null, asker, mostMacros),
    };
  };

  return {
    find,
    async macros(asker, reading, limit) {
      const { found, whole } = await find(asker, reading, limit);
      const hits = [...found, ...(whole ? [whole] : [])].flatMap(({ macros }) => macros);
      const best = hits.sort((a, b) => b.score - a.score).map(({ macro }) => macro);
      return [...new Set(best)].slice(0, limit);
    },
    macroNamed({ analysis, customer }, name) {
      const named = knowledge
        .macrosNamed(name)
        .filter((macro) => mayUse(macro, customer, teamOf(analysis.category)));
      return named.find(({ article }) => article.language === analysis.language) ?? named[0] ?? null;
    },
  };
}

/** Whether a macro answers this customer: made for the team, about a product in use, with an answer for the plan. */
function mayUse(macro: MacroParts, customer: Customer, team: string | undefined): boolean {
  const { article } = macro;
  const forTeam = !article.macro?.team || article.macro.team === team;
  return forTeam && inProducts(article, customer) && answerOf(macro, customer) !== null;
}

const probabilities = (ranked: Classification['ranked']) =>
  new Map(ranked.map(({ category, probability }) => [category, probability]));

/** Sentences of a longer text that may hold the question by themselves. */
function tellingSentences(text: string): string[] {
  const all = sentences(text).filter((sentence) => wordCount(sentence) >= 4);
  return all.length > 1 ? all.slice(0, QUERY_SENTENCES) : [];
}

/** The direction between two unit vectors. */
function middle(a: Float32Array, b: Float32Array): Float32Array {
  const sum = a.map((value, i) => value + (b[i] ?? 0));
  const norm = Math.sqrt(cosine(sum, sum));
  return norm > 0 ? sum.map((value) => value / norm) : sum;
}
