// What the engines are given and what they find: questions, drafts to write, articles and solved tickets.
import type { Analysis, Kind } from './analysis.ts';
import type { Calibration } from './calibration.ts';
import type { ContextFacts, Customer } from './customer.ts';
import type { DraftProposal } from './draft.ts';
import type { Tone } from './tone.ts';

/** A thing that answers can be drawn from. */
export interface KnowledgeArticle {
  id: string;
  title: string;
  url: string | null;
  category: string | null;
  /** Plans that have it; empty: all. */
  plans: string[];
  language: string;
  product: string | null;
  /** Markdown. */
  body: string;
  /** Set: a macro, an answer that is said as it is written. */
  macro?: Macro | null;
}

/** What makes an article a macro. */
export interface Macro {
  /** Used only for topics that the taxonomy gives to this team; null: for all. */
  team: string | null;
  /** Addresses of the articles that it rests on. */
  sources: string[];
  /** Its words hold: what it is asked for can only be settled by a person, who gets the ticket. */
  handsOver?: boolean;
}

/** A solved ticket whose reply is worth reusing. */
export interface Exemplar {
  id: string;
  text: string;
  reply: string;
  category: string;
  kind: Kind | null;
  language: string;
  plan: string | null;
  /** 1 = reply was rated well and not reopened; 0 = reopened or rated badly. */
  quality: number;
}

/** One labelled text of history or of an agent's correction. */
export interface LabelledText {
  text: string;
  category: string;
  /** Corrections weigh more than history. */
  corrected: boolean;
}

export interface EngineInput {
  /** What the cost of understanding and drafting is booked on; absent outside a ticket. */
  ticketId?: number;
  /** Subject and the customer's words of the messages not answered yet, oldest first. */
  subject: string | null;
  messages: {
    direction: 'inbound' | 'outbound' | 'note';
    text: string;
    at: Date;
    /** Names of the files that came with it; what is in them is for people. */
    files?: string[];
  }[];
  customer: Customer;
  channel: string;
  /** Open tickets and recent contacts of this customer. */
  contacts: { openTickets: number; last30Days: number };
}

export interface DraftInput extends EngineInput {
  analysis: Analysis;
  context: ContextFacts[];
  /** What agents asked for: "shorter", "more apologetic". Empty on the first version. */
  instructions: string[];
  /** The version to rewrite, when there are instructions. */
  previous: string | null;
  /** What `previous` rests on; absent where nobody knows. */
  previousDraft?: Pick<DraftProposal, 'language' | 'sources' | 'confidence' | 'reasons' | 'answerable'>;
  /** How replies are signed. */
  signature: string;
  /** How the team sounds; absent: as the engine writes. */
  tone?: Tone;
  /** Outcomes of this category so far. */
  history: CategoryHistory;
  /** What outcomes have taught about confidence; absent: nothing yet. */
  calibration?: Calibration | null;
}

/** Reviewed outcomes of a category: what the confidence is calibrated on. */
export interface CategoryHistory {
  reviewed: number;
  /** Sent as drafted, without complaint afterwards. */
  unchanged: number;
}

/** A solved ticket like the one asked about. */
export interface SimilarTicket {
  id: string;
  text: string;
  reply: string;
  /** What of the reply may be said to another customer; null when nothing can be told apart. */
  reusable: string | null;
  /** 0..1: closeness in meaning. */
  score: number;
}

/** An article that was found for a question. */
export interface KnowledgeHit {
  article: KnowledgeArticle;
  /** 0..1: closeness in meaning of the question and the article's best passage. */
  closeness: number;
}

/** How far the engine has read what it knows; shown while history is indexed. */
export interface EngineProgress {
  ready: boolean;
  indexed: number;
  total: number;
}
