// Keeps the classifier current: quick at the start, corrections at once, full trainings in the background.
import { errorText } from '../../model/errors.ts';
import type { Log } from '../../ports.ts';
import {
  type Calibration,
  type Classification,
  type ClassifierModel,
  correct,
  isCalibrated,
  type TrainingText,
} from './classifier.ts';
import { startTraining, type Training } from './trainer.ts';

/** Texts that are kept for training; the oldest that no person corrected go first. */
const MOST_TEXTS = 20_000;
/** A correction counts as much as this many texts of history. */
export const CORRECTION_WEIGHT = 3;
/** New texts after which a full training starts at once; fewer wait for the pause. */
const MANY = 50;
const PAUSE_MS = 20_000;
/**
 * Share of the texts that may be new before the classifier is calibrated anew, which takes five sixths of a training.
 * Without a twentieth of the sample's 4,902 texts blend and temperature are 0.4 and 0.873, with all of them 0.3 and
 * 0.863, with all of them in other folds 0.4 and 0.879: what is new moves them no more than the draw of the folds.
 */
const SAME_ENOUGH = 0.05;

interface Retraining {
  fitted: Promise<void>;
  done: Promise<void>;
}

export interface Learner {
  model(): ClassifierModel;
  /** Adds texts for the next full training, which the caller starts. */
  add(texts: TrainingText[]): void;
  /** Adds one text; the training follows once no more come. */
  collect(text: TrainingText): void;
  /** Applies one correction now and has it trained in later. */
  correct(text: TrainingText): void;
  /**
   * Starts a full training unless one runs; a running one is followed by another when texts came meanwhile.
   * `fitted`: the model knows the texts; `done`: it is calibrated, too. Neither rejects.
   */
  retrain(): Retraining;
  close(): Promise<void>;
}

interface LearnerOptions {
  log: Log;
  /** Quiet time before a training, in ms. */
  pauseMs?: number;
  /** What a model says as it is used, where others have a say. */
  judge?: (model: ClassifierModel, text: TrainingText) => Classification;
}

/** `texts` are the taxonomy's examples: the model answers from them until the first full training is done. */
export async function createLearner(
  texts: TrainingText[],
  categories: string[],
  { log, pauseMs = PAUSE_MS, judge }: LearnerOptions,
): Promise<Learner> {
  let all = [...texts];
  let model = await startTraining(all, categories, { quick: true }).model;
  let running: Training<ClassifierModel> | null = null;
  let latest: Retraining = { fitted: Promise.resolve(), done: Promise.resolve() };
  let fresh = 0;
  /** Texts, and their categories, since and with which the model was calibrated. */
  let unmeasured = 0;
  let measuredCategories = 0;
  let timer: NodeJS.Timeout | null = null;
  let closed = false;
  /** Corrections since the running training took its texts: applied again to its result. */
  let since: TrainingText[] = [];

  function apply(to: ClassifierModel, text: TrainingText): void {
    correct(to, text, judge && (() => judge(to, text)));
  }

  function add(more: TrainingText[]): void {
    all.push(...more);
    fresh += more.length;
    unmeasured += more.length;
    if (all.length <= MOST_TEXTS) return;
    let surplus = all.length - MOST_TEXTS;
    // The first ones are the taxonomy's own examples, which stay.
    all = all.filter((text, i) => {
      if (surplus === 0 || i < texts.length || text.importance > 1) return true;
      surplus -= 1;
      return false;
    });
  }

  /** Puts a model that was trained without the newest corrections into use. */
  function use(trained: ClassifierModel): void {
    if (closed) return;
    for (const text of since) apply(trained, text);
    model = trained;
  }

  /** Null where it is none or that of other texts. */
  function calibrationInUse(): Calibration | null {
    if (!isCalibrated(model) || unmeasured > SAME_ENOUGH * all.length) return null;
    const { blend, temperature, familiar, heldOut } = model;
    return { blend, temperature, familiar, heldOut };
  }

  function train(): Retraining {
    fresh = 0;
    since = [];
    const labels = new Set(all.map(({ category }) => category)).size;
    const calibration = labels === measuredCategories ? calibrationInUse() : null;
    const training = startTraining(all, categories, { calibration });
    const taken = unmeasured;
    const measured = () => {
      if (calibration) return;
      unmeasured -= taken;
      measuredCategories = labels;
    };
    training.model.then(measured, () => undefined);
    running = training;
    // One that is calibrated stays until the next is; at the start there is none.
    const first = training.fitted.then((trained) => {
      if (!isCalibrated(model)) use(trained);
    });
    return { fitted: first.catch(() => undefined), done: finish(training) };
  }

  async function finish(training: Training<ClassifierModel>): Promise<void> {
    const started = performance.now();
    try {
      use(await training.model);
      if (closed) return;
      log.info(
        { texts: all.length, seconds: Math.round((performance.now() - started) / 100) / 10 },
        'classifier trained',
      );
    } catch (error) {
      if (!closed)
        log.warn({ error: errorText(error) }, 'the classifier was not trained; the one before stays');
    } finally {
      running = null;
    }
    if (fresh >= MANY && !closed) await train().done;
    else if (fresh > 0) later();
  }

  function later(): void {
    if (timer) clearTimeout(timer);
    timer = setTimeout(retrain, pauseMs);
    timer.unref();
  }

  function retrain(): Retraining {
    if (timer) clearTimeout(timer);
    timer = null;
    if (!running && !closed) latest = train();
    return latest;
  }

  return {
    model: () => model,
    add,
    collect(text) {
      add([text]);
      later();
    },
    correct(text) {
      apply(model, text);
      if (running) since.push(text);
      add([text]);
      if (fresh >= MANY) retrain();
      else later();
    },
    retrain,
    async close() {
      closed = true;
      if (timer) clearTimeout(timer);
      await running?.stop();
      await latest.done;
    },
  };
}
