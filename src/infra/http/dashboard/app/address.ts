// What the page shows is what its address says: period, filters, and the figure that is open.
import { useEffect, useState } from 'preact/hooks';

/** Which page, and what its numbers are of. */
const FILTERS = ['page', 'from', 'to', 'category', 'plan', 'channel', 'priority', 'agent'] as const;
/** Which tickets are open beside them. */
const DRILL = ['view', 'status', 'by', 'day', 'topic', 'cluster', 'account'] as const;

export type Name = (typeof FILTERS)[number] | (typeof DRILL)[number];
export type Address = Partial<Record<Name, string>>;

const listeners = new Set<() => void>();

function read(): Address {
  const given = new URLSearchParams(location.search);
  const address: Address = {};
  for (const name of [...FILTERS, ...DRILL]) {
    const value = given.get(name)?.trim();
    if (value) address[name] = value;
  }
  return address;
}

/** `?from=…&to=…` of what is set. */
export function queryOf(address: Address): string {
  const query = new URLSearchParams(Object.entries(address));
  return query.size > 0 ? `?${query}` : '';
}

/** The address with these changes; undefined takes a part away. */
export function changed(address: Address, patch: Address): Address {
  return Object.fromEntries(
    Object.entries({ ...address, ...patch }).filter(([, value]) => value !== undefined && value !== ''),
  );
}

/** Only what the numbers depend on. */
export function filtersOf(address: Address): Address {
  return Object.fromEntries(FILTERS.flatMap((name) => (address[name] ? [[name, address[name]]] : [])));
}

/** The account that the page about accounts is narrowed to; beside a list of tickets, the name is the list's. */
export function accountOf({ page, view, account }: Address): string | undefined {
  return page === 'signals' && !view ? account : undefined;
}

/** The same numbers with the tickets of one figure open. */
export function withDrill(address: Address, drill: Address): Address {
  return { ...filtersOf(address), ...drill };
}

/** Goes there, so that "back" comes back. */
export function go(address: Address): void {
  history.pushState(null, '', `${location.pathname}${queryOf(address)}`);
  for (const listener of [...listeners]) listener();
}

addEventListener('popstate', () => {
  for (const listener of [...listeners]) listener();
});

export function useAddress(): Address {
  const [address, setAddress] = useState(read);
  useEffect(() => {
    const update = () => setAddress(read());
    listeners.add(update);
    return () => {
      listeners.delete(update);
    };
  }, []);
  return address;
}
