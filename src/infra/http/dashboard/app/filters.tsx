// Period and filters: everything that decides which tickets the numbers are of.
import { useState } from 'preact/hooks';
import type { Dashboard, Wire } from '../../../../model/dashboard.ts';
import { Icon } from '../../../../web/icons.tsx';
import { type Address, changed, filtersOf, go, useAddress } from './address.ts';

const PERIODS = [
  { days: 1, label: 'Today' },
  { days: 7, label: '7 days' },
  { days: 28, label: '28 days' },
  { days: 90, label: '90 days' },
];
const PRIORITIES = ['P1', 'P2', 'P3', 'P4'];

/** The day `n` days before. */
function earlier(day: string, n: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) - n * 86_400_000).toISOString().slice(0, 10);
}

/** Today in the workspace's time zone. */
function todayOf({ now, timeZone }: Pick<Wire<Dashboard>, 'now' | 'timeZone'>): string {
  return new Date(now).toLocaleDateString('sv-SE', { timeZone });
}

export function Filters({ data }: { data: Wire<Dashboard> }) {
  const address = useAddress();
  const [open, setOpen] = useState(false);
  const set = (patch: Address) => go(filtersOf(changed(address, patch)));
  const { categories, channels, plans, agents } = data.choices;
  const plain = (names: string[]) => names.map((id) => ({ id, name: id }));
  const selects = [
    { name: 'category', label: 'Category', all: 'All categories', options: categories },
    { name: 'channel', label: 'Channel', all: 'All channels', options: plain(channels) },
    { name: 'plan', label: 'Plan', all: 'All plans', options: plain(plans) },
    { name: 'priority', label: 'Priority', all: 'All priorities', options: plain(PRIORITIES) },
    { name: 'agent', label: 'Agent', all: 'All agents', options: plain(agents) },
  ] as const;
  const active = selects.filter(({ name }) => address[name]).length;
  return (
    <section class="filters" aria-label="Period and filters">
      <div class="filters-when">
        <Period data={data} />
        <button
          type="button"
          class="button filters-toggle"
          aria-expanded={open}
          aria-controls="filters-what"
          onClick={() => setOpen(!open)}
        >
          <Icon name="filter" size={16} /> Filters{active > 0 ? ` (${active})` : ''}
        </button>
      </div>
      <div id="filters-what" class={`filters-what ${open ? 'is-open' : ''}`}>
        {selects.map(({ name, label, all, options }) => (
          <select
            key={name}
            aria-label={label}
            class={address[name] ? 'is-set' : ''}
            value={address[name] ?? ''}
            onChange={(event) => set({ [name]: event.currentTarget.value || undefined })}
          >
            <option value="">{all}</option>
            {/* A link may name what no ticket of the period has. */}
            {address[name] && !options.some(({ id }) => id === address[name]) ? (
              <option value={address[name]}>{address[name]}</option>
            ) : null}
            {options.map((option) => (
              <option key={option.id} value={option.id}>
                {option.name}
              </option>
            ))}
          </select>
        ))}
        {active > 0 ? (
          <button
            type="button"
            class="button is-quiet"
            onClick={() =>
              set({
                category: undefined,
                channel: undefined,
                plan: undefined,
                priority: undefined,
                agent: undefined,
              })
            }
          >
            Clear
          </button>
        ) : null}
      </div>
    </section>
  );
}

/** The days that are looked at. */
export function Period({ data }: { data: Pick<Wire<Dashboard>, 'query' | 'now' | 'timeZone'> }) {
  const address = useAddress();
  const { from, to } = data.query;
  const today = todayOf(data);
  const set = (patch: Address) => go(filtersOf(changed(address, patch)));
  return (
    <>
      <fieldset class="segments">
        <legend class="unseen">Period</legend>
        {PERIODS.map(({ days, label }) => {
          const first = earlier(today, days - 1);
          return (
            <button
              type="button"
              key={days}
              aria-pressed={to === today && from === first}
              onClick={() => set({ from: first, to: today })}
            >
              {label}
            </button>
          );
        })}
      </fieldset>
      <div class="dates">
        <Day label="From" value={from} max={to} set={(day) => set({ from: day, to })} />
        <span aria-hidden="true">–</span>
        <Day label="To" value={to} min={from} max={today} set={(day) => set({ from, to: day })} />
      </div>
    </>
  );
}

function Day(props: {
  label: string;
  value: string;
  min?: string;
  max?: string;
  set: (day: string) => void;
}) {
  return (
    <input
      type="date"
      aria-label={props.label}
      value={props.value}
      min={props.min}
      max={props.max}
      onChange={(event) => {
        const { value, validity } = event.currentTarget;
        if (value && validity.valid) props.set(value);
      }}
    />
  );
}
