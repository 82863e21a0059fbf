// Readiness: asks every part how it is, and waits for none longer than a second.

import { withDeadline } from '../../model/deadline.ts';
import { errorText } from '../../model/errors.ts';
import type { Health } from '../../ports.ts';
import type { HealthCheck } from './deps.ts';

/** Patience with one part, in milliseconds. */
const PATIENCE_MS = 1_000;

export interface Readiness {
  /** True when every part that the bot cannot work without is well. */
  ok: boolean;
  parts: Record<string, Health>;
}

/** Asks all parts at once; one that fails or does not answer in time is not well. */
export async function readiness(
  checks: Record<string, HealthCheck>,
  patienceMs = PATIENCE_MS,
): Promise<Readiness> {
  const answers = await Promise.all(
    Object.entries(checks).map(async ([name, { check, required }]) => ({
      name,
      required,
      health: await inTime(check, patienceMs),
    })),
  );
  return {
    ok: answers.every(({ required, health }) => health.ok || !required),
    parts: Object.fromEntries(answers.map(({ name, health }) => [name, health])),
  };
}

async function inTime(check: () => Promise<Health>, patienceMs: number): Promise<Health> {
  try {
    const late = () => new Error(`gave no answer within ${patienceMs / 1_000} s`);
    return await withDeadline(patienceMs, check(), late);
  } catch (error) {
    return { ok: false, detail: errorText(error) };
  }
}
