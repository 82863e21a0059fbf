// The forms that a language model's answers have.
import { z } from 'zod';
import { kindSchema } from '../../model/analysis.ts';

const share = z.number().min(0).max(1);

/** What the model says about a ticket; categories are closed over the taxonomy's ids. */
export function refinementSchema(categories: string[]) {
  const category = z.enum(categories);
  return z.object({
    category,
    inScope: z.boolean(),
    questions: z.array(z.object({ text: z.string(), category })),
    kind: kindSchema,
    summary: z.string(),
    sentiment: z.number().min(-1).max(1),
    frustration: share,
    urgency: share,
    blocked: z.boolean(),
    attempts: z.int().min(0).max(100),
    deadline: z.string().nullable(),
    language: z.string(),
    thanksOnly: z.boolean(),
    spam: share,
    injection: share,
    churnRisk: share,
    expansion: share,
  });
}
export type Refinement = z.infer<ReturnType<typeof refinementSchema>>;

export const draftSchema = z
  .object({
    answered: z.boolean(),
    opening: z.string().nullable(),
    claims: z.array(
      z.object({ text: z.string(), sources: z.array(z.string()), question: z.int().nullable() }),
    ),
    closing: z.string().nullable(),
    unanswered: z.array(z.int()),
    needsAccount: z.boolean(),
    language: z.string(),
  })
  .meta({ title: 'reply' });
export type ModelDraft = z.infer<typeof draftSchema>;
export type Claim = ModelDraft['claims'][number];

export const verdictsSchema = z.object({
  verdicts: z.array(z.object({ claim: z.int(), verdict: z.enum(['supported', 'partly', 'unsupported']) })),
});

export const rewritingSchema = z.object({
  text: z.string(),
  language: z.string(),
  impossible: z.string().nullable(),
});

export function labelSchema(labels: string[]) {
  return z.object({ label: z.enum(labels), inScope: z.boolean(), confidence: share });
}

export const digestSchema = z.object({
  sentences: z.array(z.object({ text: z.string(), facts: z.array(z.int()) })).max(6),
});
export type DigestSentence = z.infer<typeof digestSchema>['sentences'][number];

export const nameSchema = z.object({ title: z.string() });

export const articleSchema = z.object({ answered: z.boolean(), title: z.string(), body: z.string() });
