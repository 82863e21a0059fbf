// The engine's seams: what understands and drafts, and what it needs for that.
import type { Analysis } from '../model/analysis.ts';
import type { Rewrite } from '../model/card.ts';
import type { Fingerprint } from '../model/cluster.ts';
import type { DraftProposal } from '../model/draft.ts';
import type {
  DraftInput,
  EngineInput,
  EngineProgress,
  Exemplar,
  KnowledgeArticle,
  KnowledgeHit,
  LabelledText,
  SimilarTicket,
} from '../model/engine.ts';

export interface Embedder {
  /** Names model and version: vectors of different ids are never compared. */
  id: string;
  dimensions: number;
  /** Unit vectors, in the order of `texts`. Lower `priority` goes first (0 = a person is waiting). */
  embed(texts: string[], priority?: number): Promise<Float32Array[]>;
  close(): Promise<void>;
}

/** Remembered embeddings, so that a restart does not compute them again. */
export interface VectorStore {
  get(embedder: string, hashes: string[]): Promise<Map<string, Float32Array>>;
  put(embedder: string, vectors: { hash: string; vector: Float32Array }[]): Promise<void>;
}

/** Understanding and drafting. The local engine and the language model are interchangeable behind it. */
export interface Engine {
  id: string;
  analyse(input: EngineInput): Promise<Analysis>;
  draft(input: DraftInput): Promise<DraftProposal>;
  /** What `draft` can do as instructions: quick rewrites, and whether there are macros to answer with. Nothing while it starts. */
  offers(): { rewrites: readonly Rewrite[]; macros: boolean };
  /** Titles of the macros that fit this customer, the likeliest first; `draft` takes one as the instruction "macro TITLE". */
  macros(input: EngineInput & { analysis: Analysis }, limit: number): Promise<string[]>;
  /**
   * What the problems in a message are compared by, to find others who report the same: one, or one for each where
   * it tells of several. `analysis` is what is known of the message as a whole.
   */
  fingerprints(
    report: { subject: string | null; text: string },
    analysis: Analysis | null,
  ): Promise<Fingerprint[]>;
  /** Cosine-like closeness of two texts' topics, 0..1; used to join messages to open tickets. */
  similarity(a: string, b: string): Promise<number>;
  /** Cheap look at the words, no embedding: 0 = can wait .. 1 = urgent. Orders work under load. */
  glance(text: string): number;
  /** Solved tickets like this one, for the card's thread. */
  similarTickets(text: string, limit: number): Promise<SimilarTicket[]>;
  /** Articles for a question, best first, each once, in any of `languages` (ISO 639-1). */
  searchKnowledge(question: string, options: { languages: string[]; limit: number }): Promise<KnowledgeHit[]>;
  /** Applies one labelled text at once; the full retrain follows in the background. */
  learn(example: LabelledText): Promise<void>;
  /** Adds or replaces solved tickets; many are read in the background of other work. */
  addExemplars(exemplars: Exemplar[]): Promise<void>;
  /** Replaces the articles; only what changed is embedded again. */
  setArticles(articles: KnowledgeArticle[]): Promise<void>;
  progress(): EngineProgress;
  /** Resolves when it answers from the history that it was started with. Never rejects. */
  learned: Promise<void>;
  /** Resolves when its confidence is measured on that history, too. Never rejects. */
  calibrated: Promise<void>;
  close(): Promise<void>;
}
