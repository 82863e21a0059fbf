// `deskhand priority`: what each signal weighs, and what history has taught about it.
import Table from 'cli-table3';
import { Command } from 'commander';
import { weightOf } from '../engine/priority.ts';
import { shiftWeights } from '../engine/priority-fit.ts';
import type { PriorityFit } from '../model/priority.ts';
import { withWorkspace } from './workspace.ts';

export function priorityCommand(): Command {
  return new Command('priority')
    .option('--json', 'print as JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const { fit, priority } = await withWorkspace(async (store, { yaml }) => ({
        fit: await store.latestPriorityFit(),
        priority: yaml.priority,
      }));
      const { weights, thresholds, learn } = priority;
      const used = learn.enabled && fit ? shiftWeights(weights, fit.shifts, learn.maxShift) : weights;
      const { plans, ...signals } = weights;
      const names = [...Object.keys(signals), ...Object.keys(plans).map((plan) => `plan:${plan}`)];
      const rows = names.map((signal) => {
        const [configured, now] = [weightOf(weights, signal), weightOf(used, signal)];
        return { signal, configured, learned: Math.round((now - configured) * 10) / 10, used: now };
      });
      if (json) return console.log(JSON.stringify({ thresholds, weights: rows, learn, fit }));
      const table = new Table({
        head: ['Signal', 'Configured', 'Learned', 'Used'],
        style: { head: [], border: [] },
      });
      for (const { signal, configured, learned, used: points } of rows)
        table.push([signal, configured, learned === 0 ? '' : signed(learned), points]);
      console.log(table.toString());
      console.log(learn.enabled ? wordsOf(fit) : 'Learning is off (priority.learn.enabled).');
    });
}

function wordsOf(fit: (PriorityFit & { at: Date }) | null): string {
  if (!fit) return 'History has not been looked at yet; a running bot does it within the hour, then daily.';
  const { configuredAuc, learnedAuc } = fit;
  const measured =
    configuredAuc === null || learnedAuc === null
      ? ''
      : ` They tell bad ends apart with AUC ${learnedAuc.toFixed(3)}, the configured ones with ${configuredAuc.toFixed(3)} (five-fold cross-validation).`;
  return `${fit.at.toISOString().slice(0, 16).replace('T', ' ')} UTC, ${fit.n} tickets, ${fit.bad} ended badly: ${fit.verdict}.${measured}`;
}

function signed(points: number): string {
  return points > 0 ? `+${points}` : String(points);
}
