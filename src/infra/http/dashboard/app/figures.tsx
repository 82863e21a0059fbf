// The figures at the top: each says what it counts, against what is normal, and opens the tickets behind it.
import type { ComponentChildren } from 'preact';
import type { Dashboard, Wire } from '../../../../model/dashboard.ts';
import { against, duration } from '../../../../model/measure.ts';
import type { Address } from './address.ts';
import { DrillLink } from './parts.tsx';
import { count, percent, spreadNote } from './words.ts';

interface Tile {
  label: string;
  value: string;
  note: ComponentChildren;
  to: Address | null;
  tone?: 'warning';
}

type Data = Wire<Dashboard>;

export function Figures({ data }: { data: Data }) {
  return (
    <ul class="tiles" aria-label="Figures">
      {tilesOf(data).map(({ label, value, note, to, tone }) => {
        const inner = (
          <>
            <span class="tile-label">{label}</span>
            <b>{value}</b>
            <span class={`tile-note ${tone ? `is-${tone}` : ''}`}>{note}</span>
          </>
        );
        return (
          <li key={label}>
            {to ? (
              <DrillLink class="tile" to={to}>
                {inner}
              </DrillLink>
            ) : (
              <div class="tile">{inner}</div>
            )}
          </li>
        );
      })}
    </ul>
  );
}

/** Those that are known; a figure without any case is not made up. */
function tilesOf({ volume, response, resolved, due, backlog, answered, saved, cost }: Data): Tile[] {
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
      note: `half within this; ${spreadNote(response)}`,
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
    due.known > 0
      ? {
          label: 'In time',
          value: percent(due.known - due.late, due.known),
          note:
            due.late === 0 ? `all ${count(due.known, 'first answer')}` : `${due.late} of ${due.known} late`,
          to: due.late > 0 ? { view: 'tickets', status: 'late' } : { view: 'response' },
          tone: due.late > 0 ? 'warning' : undefined,
        }
      : null,
    backlog && {
      label: 'Waiting now',
      value: backlog.total.toLocaleString('en'),
      note:
        backlog.overdue > 0
          ? `${backlog.overdue} overdue`
          : backlog.total > 0
            ? 'none overdue'
            : 'nothing waits',
      to: { view: 'backlog' },
      tone: backlog.overdue > 0 ? 'warning' : undefined,
    },
    saved && saved.minutes > 0
      ? {
          label: 'Time saved',
          value: duration(Math.round(saved.minutes) * 60),
          note: cost
            ? `${cost.perResolution.toFixed(2)} ${cost.currency} a resolution`
            : 'by the configured minutes',
          to: null,
        }
      : null,
  ];
  return tiles.filter((tile) => tile !== null);
}
