// What changed, in sentences that say only what the numbers say.
import type { Change, Digest, SpanRows } from '../model/digest.ts';
import { against, duration } from '../model/measure.ts';
import { PROMISES, SERVICE_TARGETS } from '../model/service-level.ts';
import { distance, NOTABLE } from './normal.ts';

/** Several categories are looked at, so one must stand out further than a single number. */
const NOTABLE_OF_MANY = 2.6;
/** Fewer tickets more or less are not worth a sentence. */
const FEW = 3;
/** A median of fewer answers says little. */
const ENOUGH = 10;
/** How much faster or slower is told of. */
const FASTER = 0.75;
const SLOWER = 1.33;
/** Sentences, at most. */
const MOST = 6;

/** The changes that stand out, those to worry about first. `earlier`: what the period is compared with. */
export function changesOf(digest: Omit<Digest, 'changes'>, earlier: SpanRows[]): Change[] {
  const found = [
    ...volume(digest),
    ...response(digest, earlier),
    ...late(digest),
    ...themes(digest),
    ...clusters(digest),
  ];
  const order = { warning: 0, good: 1, neutral: 2 };
  return found.sort((a, b) => order[a.tone] - order[b.tone]).slice(0, MOST);
}

function volume({ volume: { received, normal } }: Omit<Digest, 'changes'>): Change[] {
  if (!normal || Math.abs(received - normal.mean) < FEW) return [];
  if (Math.abs(distance(received, normal)) < NOTABLE) return [];
  return [
    {
      about: 'Volume',
      tone: received > normal.mean ? 'warning' : 'neutral',
      drill: { view: 'tickets' },
      text: `${received} tickets came in, ${against(received, normal)}.`,
    },
  ];
}

function response({ response: now }: Omit<Digest, 'changes'>, earlier: SpanRows[]): Change[] {
  const before = earlier.flatMap(({ all }) =>
    all.response && all.response.n >= ENOUGH ? [all.response.median] : [],
  );
  if (!now || now.n < ENOUGH || before.length < 2) return [];
  const usual = medianOf(before);
  if (usual <= 0) return [];
  const ratio = now.median / usual;
  if (ratio > FASTER && ratio < SLOWER) return [];
  const faster = ratio <= FASTER;
  return [
    {
      about: PROMISES.first_answer.many,
      tone: faster ? 'good' : 'warning',
      drill: { view: 'response' },
      text: `The first answer came ${faster ? 'sooner' : 'later'} than usual: after ${duration(now.median)} in the middle, before it was ${duration(usual)}.`,
    },
  ];
}

function late({ due }: Omit<Digest, 'changes'>): Change[] {
  return SERVICE_TARGETS.flatMap((target): Change[] => {
    const { known, late: broken } = due[target];
    if (broken === 0) return [];
    const { many, late: status } = PROMISES[target];
    return [
      {
        about: many,
        tone: 'warning',
        text: `${broken} of ${known} ${many.toLowerCase()} that were due ${broken === 1 ? 'is' : 'are'} late.`,
        drill: { view: 'tickets', status },
      },
    ];
  });
}

function themes({ themes: now }: Omit<Digest, 'changes'>): Change[] {
  return now.flatMap(({ category, name, received, normal }): Change[] => {
    if (category === null || !normal || normal.spans < 2) return [];
    const far = distance(received, normal);
    if (Math.abs(far) < NOTABLE_OF_MANY || Math.abs(received - normal.mean) < FEW) return [];
    return [
      {
        about: 'Category',
        tone: far > 0 ? 'warning' : 'neutral',
        text: `${name}: ${received}, ${against(received, normal)}.`,
        drill: { view: 'tickets', topic: category },
      },
    ];
  });
}

function clusters({ clusters: found }: Omit<Digest, 'changes'>): Change[] {
  const fresh = found.filter(({ isNew, kind, reports }) => isNew && kind === 'bug' && reports >= FEW);
  return fresh.map(({ id, title, reports, accounts }) => ({
    about: 'New report',
    tone: 'warning',
    drill: { view: 'clusters', cluster: `C-${id}` },
    text: `New: “${title}”, ${reports} reports${accounts > 1 ? ` from ${accounts} companies` : ''}.`,
  }));
}

function medianOf(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const high = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? high) + high) / 2;
}
