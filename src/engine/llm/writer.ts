// What the language model words beside replies: digests, articles, names of clusters and translations. Code checks each; null means that the local words stand.
import { z } from 'zod';
import { errorText } from '../../model/errors.ts';
import { replacePersonal } from '../../model/personal.ts';
import { cleanLine, cleanText } from '../../model/text.ts';
import type { Log } from '../../ports.ts';
import { detectLanguage } from '../local/language.ts';
import { contentWords } from '../local/retrieval.ts';
import { ask } from './ask.ts';
import { newFacts } from './checker.ts';
import type { ModelClient } from './client.ts';
import { findAppError } from './failure.ts';
import type { PromptName, Prompts } from './prompts.ts';
import { articleSchema, type DigestSentence, digestSchema, nameSchema } from './schemas.ts';

/** Characters of a digest's first sentences, of an article, and of a cluster's name. */
const LONGEST = { digest: 600, title: 120, article: 3_500, name: 80 };
const SHORTEST_ARTICLE = 60;
/** Share of an article's or name's words that its sources must hold: what it is made from, in other sentences. */
const OVERLAP = 0.6;
/** A translation is neither much shorter nor much longer than what it translates. */
const LENGTHS = { least: 0.4, most: 3 };

/** None of these throws: null stands for a model that is not wanted, not to be had, or whose words do not hold. */
export interface Writer {
  /** The first sentences of a digest that says these facts. */
  digest(facts: string[]): Promise<string | null>;
  /** The article that would have answered these questions, from what people replied to them. */
  article(material: {
    language: string;
    questions: string[];
    replies: string[];
  }): Promise<{ title: string; body: string } | null>;
  /** A name for a cluster that is called `name` so far, from what its reports say (free of personal data). */
  clusterName(name: string, reports: string[]): Promise<string | null>;
  /** Texts of ours, by their names, in another language (ISO 639-1); each is asked for once. */
  translate<Texts extends Record<string, string>>(language: string, texts: Texts): Promise<Texts | null>;
}

export function createWriter(options: { client: ModelClient; prompts: Prompts; log: Log }): Writer {
  const { client, prompts, log } = options;
  const translations = new Map<string, Record<string, string>>();

  async function write<T>(
    name: PromptName,
    slots: Record<string, unknown>,
    schema: z.ZodType<T>,
  ): Promise<T | null> {
    if (!client.settings.steps.includes('write')) return null;
    try {
      const run = client.open({ step: name, ticketId: null });
      return await ask(client, run, { prompt: prompts[name], slots, schema });
    } catch (error) {
      const reason = findAppError(error)?.message ?? errorText(error);
      log.warn({ step: name, reason }, 'written without the language model');
      return null;
    }
  }

  /** What passes, or null with a word in the log. */
  function checked<T>(step: PromptName, value: T, fault: string | null): T | null {
    if (fault !== null) log.warn({ step, fault }, 'words of the language model were not used');
    return fault === null ? value : null;
  }

  return {
    async digest(facts) {
      const numbered = facts.map((text, n) => ({ fact: n + 1, text }));
      const answer = await write('digest', { facts: numbered }, digestSchema);
      if (!answer) return null;
      const text = cleanLine(answer.sentences.map((one) => one.text.trim()).join(' '), LONGEST.digest + 1);
      return checked('digest', text, digestFault(answer.sentences, facts, text));
    },

    async article({ language, questions, replies }) {
      const answer = await write('article', { language, questions, replies }, articleSchema);
      if (!answer?.answered) return null;
      const title = cleanLine(answer.title, LONGEST.title);
      const body = replacePersonal(cleanText(answer.body).trim(), ({ kind }) => `[${kind.toLowerCase()}]`);
      return checked('article', { title, body }, articleFault(title, body, [...questions, ...replies]));
    },

    async clusterName(name, reports) {
      const answer = await write('cluster', { name, reports }, nameSchema);
      const title = cleanLine(answer?.title ?? '', LONGEST.name + 1).replace(/[.\s]+$/, '');
      return answer && checked('cluster', title, nameFault(title, reports));
    },

    async translate(language, texts) {
      const key = `${language} ${JSON.stringify(texts)}`;
      const known = translations.get(key);
      if (known) return { ...texts, ...known };
      const schema = z.object(Object.fromEntries(Object.keys(texts).map((name) => [name, z.string()])));
      const answer = await write('translate', { language, texts }, schema);
      const good = answer && checked('translate', answer, translationFault(language, texts, answer));
      if (good) translations.set(key, good);
      return good && { ...texts, ...good };
    },
  };
}

const NUMBER_WORDS =
  /\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens?|hundreds?|thousands?|once|twice|half|thirds?|quarters?|doubled?|tripled?|most|majority|none|all|every)\b/gi;
const MORE = /\b(?:more|rose|risen|higher|increase\w*|grew|grow\w*|above|later|slower|longer|worse)\b/i;
const LESS =
  /\b(?:fewer|less|fell|fallen|dropped|decrease\w*|lower|below|sooner|faster|quicker|shorter|better)\b/i;

/** Why a digest's sentences do not say what the facts say; null when they do. */
export function digestFault(sentences: DigestSentence[], facts: string[], whole: string): string | null {
  if (!whole) return 'nothing was written';
  if (whole.length > LONGEST.digest) return 'too long';
  for (const { text, facts: named } of sentences) {
    const said = named.map((n) => facts[n - 1]);
    if (named.length === 0 || said.includes(undefined)) return 'a sentence names no fact that exists';
    const known = said.join('\n');
    const [invented] = newFacts(text, known);
    if (invented) return `${invented} stands in none of the facts that its sentence names`;
    const words = new Set(known.toLowerCase().match(/\p{L}+/gu));
    const counted = (text.match(NUMBER_WORDS) ?? []).find((word) => !words.has(word.toLowerCase()));
    if (counted) return `"${counted}" stands in none of the facts that its sentence names`;
    for (const direction of [MORE, LESS])
      if (direction.test(text) && !direction.test(known)) return 'a sentence compares where no fact does';
  }
  return null;
}

function articleFault(title: string, body: string, sources: string[]): string | null {
  if (!title || body.length < SHORTEST_ARTICLE) return 'too short';
  if (body.length > LONGEST.article) return 'too long';
  const known = sources.join('\n');
  const [invented] = newFacts(`${title}\n${body}`, known);
  if (invented) return `${invented} stands in no reply`;
  return isDrawnFrom(body, known) ? null : 'most of its words stand in no reply';
}

function nameFault(title: string, reports: string[]): string | null {
  if (!title) return 'nothing was written';
  if (title.length > LONGEST.name) return 'too long';
  if (/[[\]{}<>]/.test(title)) return 'it holds markup or a placeholder';
  const known = reports.join('\n');
  const [invented] = newFacts(title, known);
  if (invented) return `${invented} stands in no report`;
  const said = new Set(known.toLowerCase().match(/[\p{L}\p{N}]+/gu));
  const [, ...later] = title.match(/[\p{L}\p{N}]+/gu) ?? [];
  const name = later.find((word) => /^\p{Lu}/u.test(word) && !said.has(word.toLowerCase()));
  if (name) return `the name ${name} stands in no report`;
  return isDrawnFrom(title, known) ? null : 'most of its words stand in no report';
}

/** Whether most words of a text stand in another. */
function isDrawnFrom(text: string, known: string): boolean {
  const there = new Set(contentWords(known));
  const words = [...new Set(contentWords(text))];
  return words.filter((word) => there.has(word)).length >= OVERLAP * words.length;
}

function translationFault(
  language: string,
  from: Record<string, string>,
  to: Record<string, string>,
): string | null {
  const places = (text: string) => (text.match(/ \(\{about\}\)|\{\w+\}/g) ?? []).sort().join();
  for (const [name, whole] of Object.entries(from)) {
    const [original, text] = [whole.replace('{greeting}', ''), to[name] ?? ''];
    if (places(original) !== places(text)) return `${name}: its places are not those of the original`;
    const length = text.length / Math.max(1, original.length);
    if (length < LENGTHS.least || length > LENGTHS.most) return `${name}: its length is odd`;
    if (newFacts(text, original).length > 0) return `${name}: it says what the original does not`;
  }
  if (from.stop && !/stop/i.test(to.stop ?? '')) return 'stop: the word itself is missing';
  return detectLanguage(to.body ?? '') === language ? null : `body: not written in ${language}`;
}
