// Asks a language model one word, to see whether it answers.
import type { ModelClient } from './client.ts';
import type { Prompt } from './prompts.ts';

const PROBE: Prompt = {
  version: 'probe',
  temperature: 0,
  system: '',
  user: () => 'Answer with the word OK.',
};

/** Throws AppError with the remedy when no model of the client answers; else the name of the one that did. */
export async function probeModel(client: ModelClient): Promise<string> {
  const run = client.open({ step: 'probe', ticketId: null });
  await run.attempt(PROBE, ({ model }) => model.invoke([{ role: 'user', content: PROBE.user({}) }]));
  return run.use()?.name ?? '';
}
