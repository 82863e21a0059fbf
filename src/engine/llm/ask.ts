// One structured answer from any endpoint: by JSON schema, else JSON mode, else plain text, whatever it takes.
import { z } from 'zod';
import { AppError } from '../../model/errors.ts';
import { withoutElements } from '../elements.ts';
import type { ModelClient, ModelRun } from './client.ts';
import { findAppError } from './failure.ts';
import type { Prompt } from './prompts.ts';

/** Ways of asking for JSON, best first. */
const FORMATS = ['json_schema', 'json_object', 'text'] as const;
/** Braces in prose that are passed over in search of the object. */
const BRACES = 20;
/** Times that a model may correct an answer that does not fit. */
const CORRECTIONS = 1;

type ChatMessage = { role: 'system' | 'user' | 'assistant'; content: string };

/** Asks a prompt and parses the answer. Throws AppError: those of the client, or `model_unusable`. */
export async function ask<T>(
  client: ModelClient,
  run: ModelRun,
  question: { prompt: Prompt; slots: Record<string, unknown>; schema: z.ZodType<T> },
): Promise<T> {
  const { prompt, slots, schema } = question;
  const jsonSchema = z.toJSONSchema(schema);
  return run.attempt(prompt, async ({ model, extra }) => {
    const refused = client.refusedFormats(model.model);
    const tried: string[] = [];
    for (const format of FORMATS) {
      if (refused.has(format)) continue;
      const shape =
        format === 'json_schema'
          ? ''
          : `\n\nAnswer with one JSON object of this schema:\n${JSON.stringify(jsonSchema)}`;
      extra.response_format = formatOf(format);
      const messages: ChatMessage[] = [
        { role: 'system', content: `${prompt.system}${shape}` },
        { role: 'user', content: prompt.user(slots) },
      ];
      try {
        const answered = await answer(messages);
        // Only now is it the format that was refused, and not what was asked.
        for (const one of tried) refused.add(one);
        return answered;
      } catch (error) {
        // Endpoints that do not know a format say so in many ways, but always with a refused request.
        if (findAppError(error)?.code !== 'model_refused' || format === 'text') throw error;
        tried.push(format);
      }
    }
    throw new AppError('model_refused', `The language model ${model.model} refuses every way of asking.`);

    async function answer(messages: ChatMessage[]): Promise<T> {
      for (let corrections = 0; ; corrections += 1) {
        const { text } = await model.invoke(messages);
        const parsed = schema.safeParse(extractJson(text));
        if (parsed.success) return parsed.data;
        if (corrections >= CORRECTIONS)
          throw new AppError(
            'model_unusable',
            `The answer of the language model ${model.model} has not the form that was asked for.`,
          );
        messages.push(
          { role: 'assistant', content: text || '(nothing)' },
          {
            role: 'user',
            content: `That is not a JSON object of the form asked for. ${z.prettifyError(parsed.error).slice(0, 800)}\nAnswer again, with the JSON object only.`,
          },
        );
      }
    }
  });

  function formatOf(format: (typeof FORMATS)[number]) {
    if (format === 'text') return undefined;
    if (format === 'json_object') return { type: format };
    return { type: format, json_schema: { name: 'answer', schema: jsonSchema, strict: true } };
  }
}

/** The first JSON object in a text that may think aloud, fence it, or talk around it; null when there is none whole. */
export function extractJson(text: string): unknown {
  const said = withoutElements(text, /<(think)>/g);
  let start = said.indexOf('{');
  for (let tries = 0; start >= 0 && tries < BRACES; tries += 1, start = said.indexOf('{', start + 1)) {
    const end = endOfObject(said, start);
    if (end < 0) continue;
    try {
      return JSON.parse(said.slice(start, end + 1));
    } catch {
      // A brace in prose: look further.
    }
  }
  return null;
}

function endOfObject(text: string, start: number): number {
  let depth = 0;
  let quoted = false;
  for (let i = start; i < text.length; i += 1) {
    const char = text[i];
    if (quoted) {
      if (char === '\\') i += 1;
      else if (char === '"') quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === '{') depth += 1;
    else if (char === '}') {
      depth -= 1;
      if (depth === 0) return i;
    }
  }
  return -1;
}
