// How a team sounds: what every draft of it follows, whoever wrote the draft.
import { z } from 'zod';

export const toneSchema = z.strictObject({
  formality: z
    .enum(['friendly', 'formal'])
    .default('friendly')
    .describe('friendly: "Hi Dana,"; formal: "Dear Dana," and no short forms such as "can\'t"'),
  emoji: z.boolean().default(false).describe('false: emoji are left out'),
  closing: z.string().trim().max(300).default('').describe('A sentence before the signature of every draft'),
  guide: z
    .string()
    .trim()
    .max(1_000)
    .default('')
    .describe('How the team writes, in words for the language model'),
});
export type Tone = z.infer<typeof toneSchema>;

/** A team's own tone: what is not given is as everywhere. */
export const teamVoiceSchema = z.strictObject({
  formality: toneSchema.shape.formality.unwrap().optional(),
  emoji: z.boolean().optional(),
  closing: z.string().trim().max(300).optional(),
  guide: z.string().trim().max(1_000).optional(),
  signature: z.string().max(500).optional().describe('Instead of workspace.signature'),
});

/** The tone and the signature of a team. */
export function voiceOf(
  replies: { tone: Tone; teams: Record<string, z.infer<typeof teamVoiceSchema>> },
  signature: string,
  team: string | undefined,
): { tone: Tone; signature: string } {
  const { signature: own = signature, ...changes } = (team && replies.teams[team]) || {};
  return { tone: { ...replies.tone, ...changes }, signature: own };
}
