// The figures at the top: each says what it counts, against what is normal, and opens the tickets behind it.
import type { ComponentChildren } from 'preact';
import type { Dashboard, Wire } from '../../../../model/dashboard.ts';
import { against, duration } from '../../../../model/measure.ts';
import {
  PROMISES,
  SERVICE_TARGETS,
  type ServiceTarget,
  TARGET_WORDS,
} from '../../../../model/service-level.ts';
import type { Address } from './address.ts';
import { DrillLink } from './parts.tsx';
import { count, percent, spreadNote } from './words.ts';

interface Tile {
  label: string;
  value: string;
  note: ComponentChildren;
  to: Address;
  tone?: 'warning';
}

type Data = Wire<Dashboard>;

export function Figures({ data }: { data: Data }) {
  return (
    <ul class="tiles" aria-label="Figures">
      {tilesOf(data).map(({ label, value, note, to, tone }) => (
        <li key={label}>
          <DrillLink class="tile" to={to}>
            <span class="tile-label">{label}</span>
            <b>{value}</b>
            <span class={`tile-note ${tone ? `is-${tone}` : ''}`}>{note}</span>
          </DrillLink>
        </li>
      ))}
    </ul>
  );
}

/** Those that are known; a figure without any case is not made up. */
function tilesOf(data: Data): Tile[] {
  const { volume, response, resolved, backlog, answered, saved, cost, outreach } = data;
  const tiles: (Tile | null)[] = [
    {
      label: 'Tickets',
      value: volume.received.toLocaleString('en'),
      note: volume.normal ? against(volume.received, volume.normal) : 'normal not known yet',
      to: { view: 'tickets' },
    },
    response && {
      label: 'First answer',
      value: duration(response.median),
      note: `half are faster; ${spreadNote(response)}`,
      to: { view: 'response' },
    },
    answered.total > 0
      ? {
          label: 'Answered',
          value: answered.total.toLocaleString('en'),
          note: `${percent(answered.auto.n, answered.total)} by the bot alone, ${percent(answered.assisted.n, answered.total)} with its draft`,
          to: { view: 'answered' },
        }
      : null,
    resolved.n > 0
      ? {
          label: 'Resolved',
          value: resolved.n.toLocaleString('en'),
          note: [
            resolved.spread ? `half within ${duration(resolved.spread.median)}` : '',
            resolved.confirmed > 0 ? `${resolved.confirmed} confirmed by the customer` : '',
          ]
            .filter(Boolean)
            .join('; '),
          to: { view: 'resolved' },
        }
      : null,
    promiseTile('Answered in time', 'first_answer', data),
    promiseTile('Resolved in time', 'resolution', data),
    backlog && {
      label: 'Waiting now',
      value: backlog.total.toLocaleString('en'),
      note: backlog.total > 0 ? 'for an agent, from any day' : 'nothing waits',
      to: { view: 'backlog' },
    },
    ...SERVICE_TARGETS.map((target) => overdueTile(target, data)),
    saved && saved.minutes > 0
      ? {
          label: 'Time saved',
          value: duration(Math.round(saved.minutes) * 60),
          note: 'estimated from the replies',
          to: { view: 'answered', by: 'bot' },
        }
      : null,
    cost && {
      label: 'Cost of a resolution',
      value: `${cost.perResolution.toFixed(2)} ${cost.currency}`,
      note: `of ${count(resolved.n, 'resolved ticket')}`,
      to: { view: 'resolved' },
    },
    outreach && outreach.sent > 0
      ? {
          label: 'Written first',
          value: outreach.sent.toLocaleString('en'),
          note: `${outreach.settled} settled, ${outreach.replied} answered`,
          to: { view: 'outreach' },
        }
      : null,
  ];
  return tiles.filter((tile) => tile !== null);
}

/** Promises that were kept; opens those that were not, if any. */
function promiseTile(label: string, target: ServiceTarget, { due }: Data): Tile | null {
  const { known, late } = due[target];
  if (known === 0) return null;
  return {
    label,
    value: percent(known - late, known),
    note: late === 0 ? `all ${count(known, TARGET_WORDS[target])}` : `${late} of ${known} late`,
    to: { view: 'tickets', status: late > 0 ? PROMISES[target].late : PROMISES[target].due },
    tone: late > 0 ? 'warning' : undefined,
  };
}

/** What waits though it was due. */
function overdueTile(target: ServiceTarget, { backlog }: Data): Tile | null {
  const n = backlog?.overdue[target] ?? 0;
  if (n === 0) return null;
  return {
    label: `${PROMISES[target].many} overdue`,
    value: n.toLocaleString('en'),
    note: 'of what waits now',
    to: { view: 'backlog', status: PROMISES[target].overdue },
    tone: 'warning',
  };
}
