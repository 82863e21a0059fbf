// The agent that answers from sources: langchain with three tools that only read, within limits no text can lift.
import { z } from 'zod';
import { AppError } from '../../model/errors.ts';
import { ask, extractJson } from './ask.ts';
import type { ModelClient, ModelRun } from './client.ts';
import { findAppError } from './failure.ts';
import { type Library, type Passage, passageData } from './library.ts';
import type { Prompt } from './prompts.ts';
import { draftSchema, type ModelDraft } from './schemas.ts';

/** Calls of the model and uses of tools in one run; `steps` is the graph's own, which only guards against a loop of ours. */
const LIMITS = { modelCalls: 6, toolCalls: 8, steps: 30, query: 300 };
/** Failures after which the plain way may still do: no tools at this endpoint, or no end to using them. */
const PLAIN_MAY_DO = ['model_refused', 'model_loops'];
const ENOUGH = 'That is enough searching. Answer now, from what was found; say so if it does not answer.';

/**
 * Has the model answer from `library`, in which it may search further. Where tools do not work it is asked once
 * without them. Throws AppError: those of the client, or `model_unusable`.
 */
export async function answerFromSources(
  client: ModelClient,
  run: ModelRun,
  task: {
    prompt: Prompt;
    /** What the prompt is handed besides the passages. */
    slots: Record<string, unknown>;
    library: Library;
    /** All that the tool about the customer tells: this customer's facts and nobody else's. */
    customer: Record<string, unknown>;
  },
): Promise<ModelDraft> {
  const { prompt, library } = task;
  const slots = () => ({ ...task.slots, passages: library.all().map(passageData) });
  const langchain = await import('langchain');
  const { createAgent, createMiddleware, toolStrategy } = langchain;
  let calls = 0;
  const throughClient = createMiddleware({
    name: 'client',
    wrapModelCall: (request, handler) => {
      calls += 1;
      if (calls > LIMITS.modelCalls)
        throw new AppError('model_loops', 'The language model went on searching and gave no answer.');
      return run.attempt(prompt, async ({ model }) => handler({ ...request, model }));
    },
  });
  const agent = createAgent({
    model: await run.model(prompt),
    tools: readOnlyTools(langchain, library, task.customer),
    systemPrompt: prompt.system,
    responseFormat: toolStrategy(draftSchema),
    middleware: [throughClient],
  });
  try {
    const { messages, structuredResponse } = await agent.invoke(
      { messages: [{ role: 'user', content: prompt.user(slots()) }] },
      { recursionLimit: LIMITS.steps },
    );
    const parsed = draftSchema.safeParse(structuredResponse ?? extractJson(messages.at(-1)?.text ?? ''));
    if (parsed.success) return parsed.data;
  } catch (error) {
    const failure = findAppError(error);
    if (!failure || !PLAIN_MAY_DO.includes(failure.code)) throw failure ?? error;
  }
  return ask(client, run, { prompt, slots: slots(), schema: draftSchema });
}

/** All that the model can do: look things up. Nothing is written, nobody else's data is in reach. */
function readOnlyTools(
  { tool }: typeof import('langchain'),
  library: Library,
  customer: Record<string, unknown>,
) {
  let used = 0;
  const counted = async (work: () => Promise<unknown>): Promise<string> => {
    used += 1;
    return used > LIMITS.toolCalls ? ENOUGH : JSON.stringify(await work());
  };
  const found = (passages: Passage[]) => (passages.length ? passages.map(passageData) : 'nothing found');
  const query = z.object({ query: z.string().describe('what is asked, in a few words') });
  return [
    tool(
      ({ query: words }) =>
        counted(async () => found(await library.searchArticles(words.slice(0, LIMITS.query)))),
      {
        name: 'search_knowledge',
        description:
          'Searches the help articles. Words in English find most; try other words if nothing fits.',
        schema: query,
      },
    ),
    tool(
      ({ query: words }) =>
        counted(async () => found(await library.searchTickets(words.slice(0, LIMITS.query)))),
      {
        name: 'similar_tickets',
        description: 'What the team answered to customers who asked the like.',
        schema: query,
      },
    ),
    tool(() => counted(async () => customer), {
      name: 'customer_context',
      description: 'What is known about the customer who wrote: usage and facts from other systems.',
      schema: z.object({}),
    }),
  ];
}
