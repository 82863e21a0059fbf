// The engine with a language model in front: it refines what the local engine does, and falls back to it.
import { type Analysis, SPAM } from '../../model/analysis.ts';
import { REWRITES } from '../../model/card.ts';
import type { DraftProposal, Reason } from '../../model/draft.ts';
import { type AppError, errorText } from '../../model/errors.ts';
import type { Taxonomy } from '../../model/taxonomy.ts';
import type { Clock, DraftInput, Engine, EngineInput, Log } from '../../ports.ts';
import { asksForPerson } from '../local/extract.ts';
import { inboundText } from '../local/fitting.ts';
import { chosenMacro } from '../local/macros.ts';
import { hasWords } from '../local/text.ts';
import { refine } from './analyse.ts';
import type { ModelClient, ModelStep } from './client.ts';
import { writeDraft } from './draft.ts';
import { findAppError } from './failure.ts';
import type { Prompts } from './prompts.ts';
import { rewriteDraft } from './rewrite.ts';

export interface ModelEngineOptions {
  local: Engine;
  client: ModelClient;
  prompts: Prompts;
  taxonomy: Taxonomy;
  /** Name of the team that writes. */
  workspace: string;
  clock: Clock;
  log: Log;
}

/** How the note begins that says why the model took no part in understanding. */
const WITHOUT_MODEL = 'Understood without the language model';

/**
 * Answers as the local engine where the model is not wanted, not needed or not to be had; in the last case the
 * analysis' notes and the draft's reasons say so.
 */
export function createModelEngine(options: ModelEngineOptions): Engine {
  const { local, client, prompts, taxonomy, log } = options;
  const does = (step: ModelStep) => client.settings.steps.includes(step);

  async function analyse(input: EngineInput): Promise<Analysis> {
    const first = await local.analyse(input);
    if (!does('analyse') || !hasWords(inboundText(input))) return first;
    const ticketId = input.ticketId ?? null;
    try {
      const run = client.open({ step: 'analyse', ticketId });
      return await refine(input, first, { client, run, prompts, taxonomy });
    } catch (error) {
      const failure = expected(error, 'analyse', ticketId);
      return {
        ...first,
        notes: [...first.notes, `${WITHOUT_MODEL}: ${failure.message}`],
      };
    }
  }

  async function draft(input: DraftInput): Promise<DraftProposal> {
    return input.instructions.length ? rewriting(input) : drafting(input);
  }

  async function drafting(given: DraftInput): Promise<DraftProposal> {
    const input = inCustomersWords(given);
    const second = await local.draft(input);
    const { analysis } = input;
    const said = inboundText(input);
    const forPeople = analysis.thanksOnly || analysis.spam >= SPAM || asksForPerson(said) || !hasWords(said);
    if (!does('draft') || forPeople) return second;
    const ticketId = input.ticketId ?? null;
    try {
      const run = client.open({ step: 'draft', ticketId });
      return await writeDraft(input, second, { ...options, run });
    } catch (error) {
      const { message } = expected(error, 'draft', ticketId);
      // The card gives one cause once.
      const isTold = analysis.notes.some((note) => note.startsWith(WITHOUT_MODEL));
      return withReason(second, `written without the language model${isTold ? ', too' : `: ${message}`}`);
    }
  }

  /** The rewritten draft keeps the sources and the confidence of what it was made from. */
  async function rewriting(input: DraftInput): Promise<DraftProposal> {
    if (!does('rewrite') || chosenMacro(input.instructions)) return local.draft(input);
    const ticketId = input.ticketId ?? null;
    const fresh = await local.draft({ ...inCustomersWords(input), instructions: [], previous: null });
    const { language, sources, confidence, reasons, answerable } = input.previousDraft ?? fresh;
    const base = { ...fresh, language, sources, confidence, reasons, answerable };
    try {
      const run = client.open({ step: 'rewrite', ticketId });
      return await rewriteDraft(input, base, { client, run, prompts });
    } catch (error) {
      const failure = expected(error, 'rewrite', ticketId);
      if (failure.code === 'cannot_rewrite') throw failure;
      // What needs no model can still be done; the rest is refused with the reason.
      return withReason(await local.draft(input), `rewritten without the language model: ${failure.message}`);
    }
  }

  /** The failure in words for people. What is not an AppError is a fault of ours: it is logged, and costs no answer. */
  function expected(
    error: unknown,
    step: ModelStep,
    ticketId: number | null,
  ): Pick<AppError, 'code' | 'message'> & Error {
    const failure = findAppError(error);
    if (failure) return failure;
    log.error({ step, ticketId, error: errorText(error) }, 'the language model path failed');
    return Object.assign(new Error('its answer could not be worked with.'), { code: 'model_path_failed' });
  }

  return {
    ...local,
    id: `model ${client.settings.models.join(', ')}`,
    analyse,
    draft,
    offers: () => (does('rewrite') ? { ...local.offers(), rewrites: REWRITES } : local.offers()),
  };
}

/** A holding reply repeats the summary to the customer; the model's, written for the team, would sound odd there. */
function inCustomersWords(input: DraftInput): DraftInput {
  const { analysis } = input;
  return { ...input, analysis: { ...analysis, summary: analysis.questions[0] ?? analysis.summary } };
}

function withReason(draft: DraftProposal, text: string): DraftProposal {
  const reason: Reason = { effect: 'down', text };
  return { ...draft, reasons: [reason, ...draft.reasons].slice(0, 5) };
}
