// Keeps the confidence true to outcomes: refits its weights when drafts have fared somehow.
import { fitCalibration } from '../engine/calibration.ts';
import type { Calibration } from '../model/calibration.ts';
import type { FlowDeps } from './deps.ts';

/** Drafts that a calibration rests on: the newest, since articles and agents change. */
const NEWEST = 3_000;

/** Fits the weights of evidence anew and keeps them; null while too few drafts have fared somehow. */
export async function calibrate(
  deps: Pick<FlowDeps, 'store' | 'clock' | 'log'>,
): Promise<Calibration | null> {
  const { store, clock, log } = deps;
  const fitted = fitCalibration(await store.judgedDrafts(NEWEST));
  if (!fitted) return null;
  await store.setCalibration(fitted, clock.now());
  log.info({ outcomes: fitted.outcomes, rehearsed: fitted.rehearsed }, 'confidence calibrated');
  return fitted;
}
