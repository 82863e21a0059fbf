// Evidence for and against a draft, and what outcomes have taught about its weight.
import { z } from 'zod';

/** Everything that speaks for or against a draft; absent means zero: nothing to say. */
export const EVIDENCE = [
  'support',
  'lead',
  'covered',
  'precedent',
  'category',
  'margin',
  'agreement',
  'history',
  'outOfScope',
  'frustration',
  'repeated',
  'severalQuestions',
  'uncovered',
  'bug',
  'question',
  'long',
  'particular',
  'valuable',
  'notEnglish',
  'injection',
  'spam',
  'needsAccountData',
  'engines',
  'unsupported',
] as const;
export type EvidenceName = (typeof EVIDENCE)[number];

export const evidenceSchema = z.partialRecord(z.enum(EVIDENCE), z.number());
export type Evidence = z.infer<typeof evidenceSchema>;

/** Log-odds of a right draft: `bias` plus each piece of evidence times its weight. */
export const calibrationSchema = z.object({
  bias: z.number(),
  weights: z.partialRecord(z.enum(EVIDENCE), z.number()),
  /** What it rests on: outcomes of drafts, and past tickets answered again and compared. */
  outcomes: z.number().int(),
  rehearsed: z.number().int(),
});
export type Calibration = z.infer<typeof calibrationSchema>;

/** How a draft with this evidence fared. */
export interface Judged {
  evidence: Evidence;
  error: boolean;
  /** From a past ticket that was answered again, not from a draft that people saw. */
  rehearsed: boolean;
}
