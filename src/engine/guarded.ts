// Any engine behind a guard: what it understood and wrote is checked in code before flows, cards or customers see it.

import type { Analysis } from '../model/analysis.ts';
import { AppError } from '../model/errors.ts';
import type { DraftInput, Engine, EngineInput, KnowledgeArticle, Log } from '../ports.ts';
import { type GuardRules, guardDraft, readPrompts, repeatsPrompt } from './guard.ts';
import { plainMarkdown, spokenOf } from './local/articles.ts';
import { inboundText } from './local/fitting.ts';
import { firstName, phrasesIn, signedIn } from './local/phrases.ts';
import { summarise } from './local/questions.ts';
import { cleanText } from './local/text.ts';
import { orderScore, withoutOrders } from './orders.ts';
import { readPromises } from './promises.ts';
import { applyTone, greetingOf } from './tone.ts';

/** Messages without an answer that are looked through for orders: as many as a model is shown. */
const READ = 20;

export interface GuardOptions {
  /** Phrases by topic that no draft may promise (`replies.promises`). */
  promises: Record<string, string[]>;
  /** Hosts that replies may link to besides the knowledge articles (`replies.links`). */
  links: string[];
  /** Texts of the prompts that a language model is given. */
  prompts: string[];
  log: Log;
}

/** The same engine with its inputs and outputs checked. Articles lose what gives orders to the assistant. */
export function createGuardedEngine(engine: Engine, options: GuardOptions): Engine {
  const rules: GuardRules = {
    findPromise: readPromises(options.promises),
    hosts: options.links.map((host) => host.toLowerCase()),
    prompts: readPrompts(options.prompts),
  };
  let articles: ReadonlyMap<string, KnowledgeArticle> = new Map();
  let known: ReadonlySet<string> = new Set();

  /** Words of our own instructions are no summary, no question and no time limit of a customer. */
  function checkAnalysis(analysis: Analysis, input: EngineInput): Analysis {
    const said = inboundText(input);
    const leaks = (text: string) => repeatsPrompt(rules.prompts, text, said);
    return {
      ...analysis,
      summary: leaks(analysis.summary) ? summarise(input.subject, said) : analysis.summary,
      questions: analysis.questions.filter((question) => !leaks(question)),
      deadline: analysis.deadline !== null && leaks(analysis.deadline) ? null : analysis.deadline,
      injection: Math.max(analysis.injection, ...textsOf(input).map(orderScore)),
    };
  }

  async function draft(input: DraftInput) {
    // Engines sign in English, as the settings do.
    const own = signedIn(input.analysis.language, input.signature);
    const previous = input.previous && resigned(input.previous, own, input.signature);
    const raw = await engine.draft({ ...input, previous }).catch((error: unknown) => {
      const leaked = error instanceof AppError && repeatsPrompt(rules.prompts, error.message);
      throw leaked ? new AppError(error.code, 'The language model could not do that.') : error;
    });
    const { instructions, customer, context, tone } = input;
    const signature = signedIn(raw.language, input.signature);
    const written = { ...raw, text: resigned(raw.text, input.signature, signature) };
    const toned = tone && { tone, language: written.language, customerName: customer.name, signature };
    // What agents ask for in words goes before the tone of the team.
    const proposal =
      toned && !instructions.length ? { ...written, text: applyTone(written.text, toned) } : written;
    const cited = proposal.sources.map((source) => {
      const article = source.kind === 'article' ? articles.get(source.id) : undefined;
      const spoken = spokenOf(article?.body ?? '');
      return article ? `${article.title}\n${spoken}\n${plainMarkdown(spoken)}` : '';
    });
    return guardDraft(proposal, rules, {
      cited: cited.join('\n'),
      isKnownLink: (url) => known.has(url.replace(/[/#]$/, '')),
      own: JSON.stringify([customer, inboundText(input), context]),
      ours: [signature, tone?.closing ?? '', ...instructions, previous ?? ''].join('\n'),
      instructed: instructions.length > 0,
      greeting: toned ? greetingOf(toned) : phrasesIn(proposal.language).greeting(firstName(customer.name)),
      signature,
    });
  }

  return {
    ...engine,
    analyse: async (input) => checkAnalysis(await engine.analyse(input), input),
    draft,
    async setArticles(list) {
      const safe = list.map((article) => {
        const [title, body] = [withoutOrders(article.title), withoutOrders(article.body)];
        const removed = title.removed + body.removed;
        if (removed)
          options.log.warn(
            { article: article.id, removed },
            'passages that give orders to an assistant were left out',
          );
        return removed ? { ...article, title: title.text.trim() || article.id, body: body.text } : article;
      });
      articles = new Map(safe.map((article) => [article.id, article]));
      known = new Set(safe.flatMap(({ url }) => (url ? [url.replace(/[/#]$/, '')] : [])));
      await engine.setArticles(safe);
    },
  };
}

/**
 * What an outsider wrote into this ticket: names, and each message as it came and as the engines read it, so that
 * nothing which they skip (blobs, logs, invisible characters) can push an order out of sight.
 */
function textsOf({ subject, customer, messages }: EngineInput): string[] {
  const lastAnswer = messages.findLastIndex(({ direction }) => direction === 'outbound');
  const current = messages.filter(({ direction }, i) => direction === 'inbound' && i > lastAnswer);
  const said = current.length
    ? current
    : messages.filter(({ direction }) => direction === 'inbound').slice(-1);
  const names = [subject, customer.name, customer.account?.name].filter(Boolean).join('\n');
  const texts = said.slice(-READ).flatMap(({ text }) => [text, cleanText(text).text]);
  return [...new Set([names, ...texts])];
}

/** The text with another signature where it ends with this one. */
function resigned(text: string, from: string, to: string): string {
  const [end, signed] = [text.trimEnd(), from.trim()];
  return signed && from !== to && end.endsWith(signed) ? end.slice(0, -signed.length) + to.trim() : text;
}
