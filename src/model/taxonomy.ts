// The taxonomy: what messages can be about, with starter examples to learn from.
import { z } from 'zod';
import { promiseSchema } from './service-promise.ts';
import { SIGNALS } from './signal.ts';

const lines = z.array(z.string().trim().min(1));

const categorySchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]+(\/[a-z0-9-]+)?$/, 'lower-case words, at most one slash: billing/refund'),
  name: z.string().min(1).max(80),
  description: z.string().max(500),
  /** Who gets escalations. */
  team: z.string().max(80).default('support'),
  /** What is promised for this topic, to everybody; where a plan is promised more, that counts. */
  serviceLevel: promiseSchema.optional(),
  /** True: a person always sends, whatever the outcomes say. */
  neverAuto: z.boolean().default(false),
  examples: lines.default([]),
});

export const taxonomySchema = z
  .strictObject({
    categories: z.array(categorySchema).min(1),
    /** `none`: examples that carry no signal at all, the counter-examples of every signal. */
    signals: z.partialRecord(z.enum([...SIGNALS, 'none']), lines).default({}),
  })
  .superRefine((taxonomy, ctx) => {
    const seen = new Set<string>();
    for (const [index, { id }] of taxonomy.categories.entries()) {
      if (seen.has(id))
        ctx.addIssue({
          code: 'custom',
          path: ['categories', index, 'id'],
          message: `is "${id}", which stands twice; give each category an id of its own`,
        });
      seen.add(id);
    }
  });
export type Taxonomy = z.infer<typeof taxonomySchema>;

/** Whether a category is another or one of its own: `billing/refund` is within `billing`. */
export function isWithin(category: string, other: string): boolean {
  return category === other || category.startsWith(`${other}/`);
}

/** Examples that stand in several categories: messages like these cannot be told apart. */
export function sharedExamples({ categories }: Taxonomy): { example: string; categories: string[] }[] {
  const holders = new Map<string, string[]>();
  for (const { id, examples } of categories)
    for (const example of new Set(examples.map((text) => text.toLowerCase())))
      holders.set(example, [...(holders.get(example) ?? []), id]);
  return [...holders].flatMap(([example, ids]) => (ids.length > 1 ? [{ example, categories: ids }] : []));
}
