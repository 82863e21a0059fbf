// Drafts: versions of a proposed reply, with sources, a confidence and the record of why.
import { z } from 'zod';
import { type Evidence, evidenceSchema } from './calibration.ts';

const share = z.number().min(0).max(1);

export const sourceSchema = z.object({
  kind: z.enum(['article', 'exemplar', 'issue']),
  id: z.string(),
  title: z.string(),
  url: z.string().nullable(),
  /** The words that support the answer. */
  passage: z.string(),
  score: z.number(),
});
export type Source = z.infer<typeof sourceSchema>;

/** One reason for a confidence, in words for the card. */
export const reasonSchema = z.object({ effect: z.enum(['up', 'down']), text: z.string() });
export type Reason = z.infer<typeof reasonSchema>;

/** What a language model's part in a draft was and cost; kept with the draft. */
export const modelUseSchema = z.object({
  /** The model that answered, by the name the endpoint knows it under. */
  name: z.string(),
  /** Names and content hashes of the prompts: `draft@3f2a91c0d4e5`. */
  prompts: z.array(z.string()),
  /** Tokens in and out of all calls. */
  tokens: z.number(),
  /** In the currency of the configured prices. */
  cost: z.number(),
});
export type ModelUse = z.infer<typeof modelUseSchema>;

/** What `engine` begins with where an agent chose the macro: its id follows. Such a draft proves nothing about drafting. */
export const CHOSEN_MACRO = 'macro:';

/** A reply as an engine proposes it, before the policy has chosen a route. */
export const draftProposalSchema = z.object({
  text: z.string(),
  language: z.string(),
  sources: z.array(sourceSchema),
  /** 1 - P(error): rejected, flagged, edited in substance, or an unhappy customer. */
  confidence: share,
  reasons: z.array(reasonSchema),
  /** What the confidence was computed from, for its calibration; absent: not known. */
  evidence: evidenceSchema.optional(),
  /** False: nothing we know answers this; the text is a holding reply for a person to complete. */
  answerable: z.boolean(),
  /** Which engine, model and prompt version wrote it. */
  engine: z.string(),
  /** Absent: no language model took part. */
  model: modelUseSchema.optional(),
  /** Why a person must read it before it leaves, in words; absent: nothing was found against it. */
  held: z.array(z.string()).optional(),
});
export type DraftProposal = z.infer<typeof draftProposalSchema>;

export const ROUTES = ['auto', 'suggest', 'escalate'] as const;
export type Route = (typeof ROUTES)[number];

export const MODES = ['observe', 'suggest', 'auto'] as const;
export const modeSchema = z.enum(MODES);
export type Mode = z.infer<typeof modeSchema>;

/** What the policy decided for a draft and why; kept with the draft. */
export interface RouteDecision {
  route: Route;
  /** Whose mode and outcomes decided; absent: none's, or from before it was kept. */
  category?: string;
  mode: Mode;
  /** Least confidence for `auto`, when the outcomes prove one. */
  threshold: number | null;
  reasons: string[];
  /** Reviewed tickets still missing until `auto` is proven; null when not asked for. */
  reviewsUntilAuto: number | null;
}

export type DraftStatus = 'pending' | 'approved' | 'sent' | 'stale' | 'superseded' | 'rejected';

export interface Draft {
  id: number;
  ticketId: number;
  version: number;
  status: DraftStatus;
  text: string;
  language: string;
  sources: Source[];
  confidence: number;
  reasons: Reason[];
  /** Null or absent: not known. */
  evidence?: Evidence | null;
  answerable: boolean;
  engine: string;
  /** Null or absent: no language model took part. */
  model?: ModelUse | null;
  routing: RouteDecision;
  /** The newest message it takes into account. */
  basedOnSeq: number;
  /** Null: written by the engine; else the agent's name. */
  author: string | null;
  createdAt: Date;
}
