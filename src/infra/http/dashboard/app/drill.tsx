// The tickets behind a figure: a sheet beside the numbers, each row opening its ticket in the console.
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Dashboard, TicketLine, Wire } from '../../../../model/dashboard.ts';
import { briefly } from '../../../../model/measure.ts';
import { Icon } from '../../../../web/icons.tsx';
import { type Address, filtersOf, go, queryOf, useAddress } from './address.ts';
import { fetchJson, reasonOf } from './load.ts';
import { Empty } from './parts.tsx';
import { count, dayText, momentText, ticketName, WHO } from './words.ts';

type Line = Wire<TicketLine>;
interface Found {
  total: number;
  tickets: Line[];
  timeZone: string;
}

/** What the page knows of the figure that a list stands behind. */
export interface Shown {
  query: Wire<Dashboard>['query'];
  now: string;
  categories: { id: string; name: string }[];
  clusters: { id: number; title: string }[];
}

const TITLES: Record<string, string> = {
  tickets: 'Tickets',
  response: 'Tickets with a first answer',
  answered: 'Answered tickets',
  resolved: 'Resolved tickets',
  backlog: 'Waiting now',
  clusters: 'Reports',
  requests: 'Feature requests',
  gaps: 'Nothing we know answered these',
  accounts: 'Messages that read as if a company may leave',
  left: 'Before they left',
  outreach: 'Written first',
};

const STATUS_TITLES: Record<string, string> = {
  due: 'First answers that were due',
  late: 'First answers that are late',
  overdue: 'First answers overdue',
  resolution_due: 'Resolutions that were due',
  resolution_late: 'Resolutions that are late',
  resolution_overdue: 'Resolutions overdue',
};

const STATUS_WORDS: Record<Line['status'], string> = {
  open: 'open',
  awaiting_agent: 'waits for an agent',
  sending: 'sending',
  awaiting_customer: 'waits for the customer',
  snoozed: 'snoozed',
  resolved: 'resolved',
};

/** Open while the address names a view. */
export function Drill({ data }: { data: Shown }) {
  const address = useAddress();
  const dialog = useRef<HTMLDialogElement>(null);
  const isOpen = address.view !== undefined;
  const query = queryOf({ ...address, from: data.query.from, to: data.query.to });

  useEffect(() => {
    const sheet = dialog.current;
    if (isOpen && sheet && !sheet.open) sheet.showModal();
    if (!isOpen && sheet?.open) sheet.close();
  }, [isOpen]);

  const close = () => go(filtersOf(address));
  return (
    <dialog
      ref={dialog}
      class="sheet"
      aria-labelledby="sheet-title"
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
      onPointerDown={(event) => {
        if (event.target === event.currentTarget) close();
      }}
    >
      {isOpen ? <Sheet key={query} address={address} query={query} data={data} close={close} /> : null}
    </dialog>
  );
}

function Sheet(props: { address: Address; query: string; data: Shown; close: () => void }) {
  const { address, query, data } = props;
  const [found, setFound] = useState<Found | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [loading, setLoading] = useState(true);
  const leaving = useRef(new AbortController());

  async function load(): Promise<void> {
    setLoading(true);
    setFailure(null);
    try {
      const skip = found?.tickets.length ?? 0;
      const path = `/dashboard/api/tickets${query}${skip > 0 ? `&skip=${skip}` : ''}`;
      const more = await fetchJson<Found>(path, leaving.current.signal);
      setFound({
        ...more,
        total: Math.max(more.total, found?.total ?? 0),
        tickets: [...(found?.tickets ?? []), ...more.tickets],
      });
    } catch (error) {
      if (leaving.current.signal.aborted) return;
      setFailure(reasonOf(error));
    }
    setLoading(false);
  }

  useEffect(() => {
    void load();
    return () => leaving.current.abort();
  }, []);

  return (
    <div class="sheet-inner">
      <header>
        <div>
          <h2 id="sheet-title" tabIndex={-1} autofocus>
            {titleOf(address, data)}
          </h2>
          <p role="status">
            {found
              ? `${count(found.total, 'ticket')} · ${conditionsOf(address, data)}`
              : conditionsOf(address, data)}
          </p>
        </div>
        <a
          class="icon-button"
          href={`/dashboard/export/tickets.csv${query}`}
          download
          aria-label="Export these as CSV"
          title="Export as CSV"
        >
          <Icon name="download" />
        </a>
        <button type="button" class="icon-button" aria-label="Close" onClick={props.close}>
          <Icon name="close" />
        </button>
      </header>
      <div class="sheet-body">
        {found ? (
          <ul class="tickets">
            {found.tickets.map((ticket) => (
              <TicketRow key={ticket.id} ticket={ticket} found={found} data={data} />
            ))}
          </ul>
        ) : null}
        {found?.tickets.length === 0 ? (
          <Empty>No ticket stands behind this figure with these filters.</Empty>
        ) : null}
        {failure ? (
          <p class="trouble" role="alert">
            {failure}
          </p>
        ) : null}
        {loading ? (
          <p class="empty" role="status">
            Loading…
          </p>
        ) : failure || (found && found.tickets.length < found.total) ? (
          <button type="button" class="button more" onClick={() => void load()}>
            {failure ? 'Try again' : `Show more (${(found?.total ?? 0) - (found?.tickets.length ?? 0)})`}
          </button>
        ) : null}
      </div>
    </div>
  );
}

function TicketRow({ ticket, found, data }: { ticket: Line; found: Found; data: Shown }) {
  const { id, subject, customer, account, plan, priority, status, post } = ticket;
  const category = categoryName(ticket.category, data);
  const facts = [
    momentText(ticket.createdAt, found.timeZone),
    [customer, account].filter(Boolean).join(', '),
    plan,
    ticket.channel,
    category,
  ];
  const outcome = [
    ticket.answeredIn === null
      ? null
      : `answered in ${briefly(ticket.answeredIn)}${ticket.repliedBy ? ` by ${WHO[ticket.repliedBy].toLowerCase()}` : ''}`,
    ticket.resolvedIn === null ? STATUS_WORDS[status] : `resolved in ${briefly(ticket.resolvedIn)}`,
    ticket.csat === null ? null : `rated ${ticket.csat} of 5`,
    ticket.assignee ? `taken by ${ticket.assignee}` : null,
  ];
  return (
    <li>
      <a
        href={`/console#/${post ?? `ticket/${ticketName(id)}`}`}
        target="_blank"
        rel="noopener"
        class="ticket"
      >
        <span class="ticket-head">
          {priority ? <span class={`chip is-${priority.toLowerCase()}`}>{priority}</span> : null}
          <b>{subject?.trim() || 'No subject'}</b>
          {ticket.late ? <span class="chip is-risk">late</span> : null}
          <span class="ticket-id">{ticketName(id)}</span>
        </span>
        <span class="line-facts">{facts.filter(Boolean).join(' · ')}</span>
        <span class="line-facts">{outcome.filter(Boolean).join(' · ')}</span>
        <span class="unseen"> (opens in the console)</span>
      </a>
    </li>
  );
}

function titleOf({ view = '', cluster, by, status, account }: Address, data: Shown): string {
  const title = TITLES[view] ?? 'Tickets';
  if (cluster) {
    const known = data.clusters.find(({ id }) => `C-${id}` === cluster);
    return known?.title ?? `Reports of ${cluster}`;
  }
  if (account) return account;
  const narrowed = status && STATUS_TITLES[status];
  if (narrowed) return narrowed;
  if (by === 'bot') return 'Answered by the bot or with its draft';
  if (by === 'auto' || by === 'assisted' || by === 'agent')
    return `Answered by ${WHO[by].toLowerCase()}${status === 'rated' ? ', rated' : ''}`;
  return title;
}

/** What the list is narrowed to, in words. */
function conditionsOf(
  { view, day, topic, category, channel, plan, priority, agent, cluster }: Address,
  data: Shown,
): string {
  const { from, to } = data.query;
  const days = day
    ? dayText(day, data.now)
    : from === to
      ? dayText(from, data.now)
      : `${dayText(from, data.now)} – ${dayText(to, data.now)}`;
  return [
    view === 'backlog' ? 'whenever they came' : days,
    categoryName(topic ?? category, data),
    channel,
    plan,
    priority,
    agent,
    cluster && `“/deskhand ticket ${cluster}” in the chat corrects it`,
  ]
    .filter(Boolean)
    .join(' · ');
}

function categoryName(id: string | null | undefined, { categories }: Shown): string | null {
  if (!id) return null;
  return categories.find((category) => category.id === id)?.name ?? id;
}
