// Rewrites a draft as agents ask ("in French", "less formal"); facts stay what they are.
import type { DraftProposal } from '../../model/draft.ts';
import { AppError } from '../../model/errors.ts';
import type { DraftInput } from '../../ports.ts';
import { ask } from './ask.ts';
import { newFacts } from './checker.ts';
import type { ModelClient, ModelRun } from './client.ts';
import type { Prompts } from './prompts.ts';
import { rewritingSchema } from './schemas.ts';

/**
 * Rewrites `input.previous` by `input.instructions`. `base` is the draft whose sources and confidence it keeps.
 * Throws AppError: `cannot_rewrite` with words for the agent, or those of the client.
 */
export async function rewriteDraft(
  input: DraftInput,
  base: DraftProposal,
  { client, run, prompts }: { client: ModelClient; run: ModelRun; prompts: Prompts },
): Promise<DraftProposal> {
  const signature = input.signature.trim();
  const previous = (input.previous ?? base.text).trimEnd();
  const reply =
    signature && previous.endsWith(signature) ? previous.slice(0, -signature.length).trimEnd() : previous;
  const passages = base.sources.map(({ title, url, passage }) => ({ title, url, text: passage }));
  const { text, language, impossible } = await ask(client, run, {
    prompt: prompts.rewrite,
    slots: { instructions: input.instructions, reply, language: base.language, passages },
    schema: rewritingSchema,
  });
  if (impossible) throw new AppError('cannot_rewrite', impossible.replace(/\s+/g, ' ').slice(0, 200));
  const known = JSON.stringify([reply, passages, input.instructions, base.text]);
  const invented = newFacts(text, known);
  if (!text.trim() || invented.length)
    throw new AppError(
      'cannot_rewrite',
      invented.length
        ? `The rewriting brought in what no source says (${invented.slice(0, 3).join(', ').slice(0, 100)}), so the draft stays as it was.`
        : 'The rewriting came back empty, so the draft stays as it was.',
    );
  const use = run.use();
  return {
    ...base,
    text: [text.trim(), signature].filter(Boolean).join('\n\n'),
    language: /^[a-z]{2}$/.test(language) ? language : base.language,
    engine: `model ${use?.name ?? ''}`.trim(),
    ...(use ? { model: use } : {}),
  };
}
