// Answers solved tickets again, each by an engine that has not seen it, and compares with the reply that was sent.
import type { Evidence, Judged } from '../../model/calibration.ts';
import type { Customer } from '../../model/customer.ts';
import { logistic } from '../../model/probability.ts';
import type { Taxonomy } from '../../model/taxonomy.ts';
import type {
  Clock,
  DraftInput,
  Embedder,
  Engine,
  Exemplar,
  KnowledgeArticle,
  LabelledText,
  Log,
} from '../../ports.ts';
import { crossCalibrated } from '../calibration.ts';
import { logitOf } from '../confidence.ts';
import { createLocalEngine } from '../local/index.ts';
import { createSearchIndex } from '../local/retrieval.ts';
import { auroc, calibrationError } from './scores.ts';

/** Each part of the tickets is answered by an engine that learned from the others. */
const FOLDS = 4;
/**
 * A draft says what the reply says from this sum of closeness in meaning and share of the reply's telling words on.
 * Chosen by reading two dozen pairs of the sample's history, of which it judges all but two as a person does.
 */
const SAME = 1.1;
/** A reply that pleased nobody is no measure. */
const LEAST_QUALITY = 0.3;
const SIGNATURE = 'Best,\nSupport';

interface RehearsalOptions {
  taxonomy: Taxonomy;
  articles: KnowledgeArticle[];
  /** Labelled texts besides the tickets. */
  examples: LabelledText[];
  embedder: Embedder;
  clock: Clock;
  log: Log;
  onProgress?: (done: number, total: number) => void;
}

export interface Rehearsal {
  /** Of the solved ticket. */
  id: string;
  answerable: boolean;
  evidence: Evidence;
  /** The draft says something else than the reply that was sent. */
  error: boolean;
}

/** Answers each ticket by an engine that knows the others; tickets whose reply went wrong only teach. */
export async function rehearse(tickets: Exemplar[], options: RehearsalOptions): Promise<Rehearsal[]> {
  const { taxonomy, articles, examples, embedder, clock, log, onProgress = () => {} } = options;
  const replies = createSearchIndex<null>();
  for (const { id, reply, language, category } of tickets)
    replies.add({ id, text: reply, vector: new Float32Array(0), language, category, data: null });
  const results: Rehearsal[] = [];
  for (let fold = 0; fold < FOLDS; fold += 1) {
    const held = tickets.filter((_, i) => i % FOLDS === fold);
    const texts = new Set(held.map(({ text }) => text));
    const others = tickets.filter(({ text }) => !texts.has(text));
    const known = new Set(others.map(({ text }) => text));
    const engine = await createLocalEngine({
      taxonomy,
      embedder,
      log,
      clock,
      examples: [
        ...examples.filter(({ text }) => !texts.has(text) && !known.has(text)),
        ...others.map(({ text, category }) => ({ text, category, corrected: false })),
      ],
    });
    try {
      await engine.setArticles(articles);
      await engine.addExemplars(others);
      await engine.calibrated;
      for (const ticket of held) {
        if (ticket.quality >= LEAST_QUALITY)
          results.push(await answerAgain(engine, ticket, clock, (text, by) => replies.coverage(text, by)));
        onProgress(results.length, tickets.length);
      }
    } finally {
      await engine.close();
    }
  }
  return results;
}

async function answerAgain(
  engine: Engine,
  ticket: Exemplar,
  clock: Clock,
  coverage: (text: string, by: string) => number,
): Promise<Rehearsal> {
  const asked = {
    subject: null,
    messages: [{ direction: 'inbound' as const, text: ticket.text, at: clock.now() }],
    customer: customerOn(ticket),
    channel: 'import',
    contacts: { openTickets: 1, last30Days: 0 },
  };
  const analysis = await engine.analyse(asked);
  const input: DraftInput = {
    ...asked,
    analysis,
    context: [],
    instructions: [],
    previous: null,
    signature: SIGNATURE,
    history: { reviewed: 0, unchanged: 0 },
  };
  const { text, answerable, evidence = {} } = await engine.draft(input);
  const [drafted, sent] = [withoutFrame(text), withoutFrame(ticket.reply)];
  const same = (await engine.similarity(drafted, sent)) + coverage(sent, drafted);
  return { id: ticket.id, answerable, evidence, error: !answerable || same < SAME };
}

/** Of the customer only the plan is known any more. */
function customerOn({ plan, language }: Exemplar): Customer {
  const account = plan && {
    id: 0,
    externalId: null,
    name: '',
    domain: null,
    plan,
    mrr: null,
    renewalAt: null,
    seats: null,
    owner: null,
    churnedAt: null,
  };
  return {
    id: 0,
    name: null,
    email: null,
    language,
    title: null,
    optedOut: false,
    usage: {},
    account: account || null,
  };
}

/** A mail without greeting and sign-off, where it has more than these. */
function withoutFrame(mail: string): string {
  return (
    mail
      .split(/\n{2,}/)
      .slice(1, -1)
      .join('\n\n') || mail
  );
}

interface DraftsReport {
  tickets: number;
  /** Share of the tickets that get an answer. */
  answered: number;
  /** Share of the answers that say what was really replied. */
  right: number;
  /** Of the confidence by hand-set weights, over the answers. */
  auroc: number;
  ece: number;
  /** The same of calibrations that have not seen the answer (five parts). */
  calibratedAuroc: number;
  calibratedEce: number;
}

/** How well the confidence of answered tickets tells right from wrong answers. */
export function reportOn(rehearsals: readonly Rehearsal[]): DraftsReport {
  const answers = rehearsals.filter(({ answerable }) => answerable);
  const judged = judgedBy(answers);
  const byHand = judged.map(({ evidence }) => logistic(logitOf(evidence, null)));
  const calibrated = crossCalibrated(judged, logitOf);
  const area = (scores: number[]) =>
    auroc(scores.map((score, i) => ({ score, positive: judged[i]?.error === false })));
  const error = (scores: number[]) =>
    calibrationError(
      scores.map((confidence, i) => ({
        truth: 'right',
        predicted: judged[i]?.error ? 'wrong' : 'right',
        confidence,
        familiarity: 0,
      })),
    );
  return {
    tickets: rehearsals.length,
    answered: answers.length / Math.max(1, rehearsals.length),
    right: judged.filter((row) => !row.error).length / Math.max(1, judged.length),
    auroc: area(byHand),
    ece: error(byHand),
    calibratedAuroc: area(calibrated),
    calibratedEce: error(calibrated),
  };
}

/** What of rehearsals teaches the confidence: answers only; that nothing is known needs no calibration. */
function judgedBy(rehearsals: readonly Rehearsal[]): Judged[] {
  return rehearsals.map(({ evidence, error }) => ({ evidence, error, rehearsed: true }));
}
