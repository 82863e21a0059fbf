// What the engine understood of a ticket, with the same shape from either engine.
import { z } from 'zod';

/** `spam` from which a message is treated as spam: no draft, lowest priority, a person confirms. */
export const SPAM = 0.9;

/** `injection` from which a text is taken to give orders to the assistant: the card warns, a person answers. */
export const GIVES_ORDERS = 0.6;

const share = z.number().min(0).max(1);

export const KINDS = ['question', 'bug', 'feature_request', 'friction', 'other'] as const;
export const kindSchema = z.enum(KINDS);
export type Kind = z.infer<typeof kindSchema>;

export const analysisSchema = z.object({
  category: z.string(),
  /** Calibrated probability that `category` is right. */
  categoryConfidence: share,
  runnersUp: z.array(z.object({ category: z.string(), probability: share })),
  /** Further categories when several things are asked. */
  labels: z.array(z.string()),
  /** Each thing that is asked, in the customer's words. */
  questions: z.array(z.string()),
  kind: kindSchema,
  /** -1 (very unhappy) to 1 (delighted). */
  sentiment: z.number().min(-1).max(1),
  frustration: share,
  urgency: share,
  /** The customer says that their work stands still. */
  blocked: z.boolean(),
  /** Tries at solving it that the customer mentions, or contacts about the same thing. */
  attempts: z.number().int().min(0),
  /** A time limit in the customer's words ("by Friday"), if any. */
  deadline: z.string().nullable(),
  /** ISO 639-1, or "und" when it cannot be told. */
  language: z.string(),
  spam: share,
  /** How much the text tries to command the assistant. */
  injection: share,
  thanksOnly: z.boolean(),
  /** 0 = like what we know, 1 = unlike anything in the taxonomy. */
  outOfScope: share,
  bug: z.object({
    codes: z.array(z.string()),
    endpoints: z.array(z.string()),
    versions: z.array(z.string()),
    exceptions: z.array(z.string()),
    steps: z.array(z.string()),
  }),
  churnRisk: share,
  expansion: share,
  /** Invoice, order, job and account numbers that are mentioned. */
  references: z.array(z.object({ type: z.string(), value: z.string() })),
  summary: z.string(),
  /** What people must know about this analysis ("the text was cut after 20,000 characters"). */
  notes: z.array(z.string()),
});
export type Analysis = z.infer<typeof analysisSchema>;
