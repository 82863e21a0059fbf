// Small parts that the page is put together from: links that open tickets, panels, empty states.
import type { ComponentChildren } from 'preact';
import { type Address, go, queryOf, useAddress, withDrill } from './address.ts';

/** A link to another page of the dashboard. */
export function PageLink(props: { to: Address; isHere: boolean; children: ComponentChildren }) {
  return (
    <a
      href={`/dashboard${queryOf(props.to)}`}
      aria-current={props.isHere ? 'page' : undefined}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        go(props.to);
      }}
    >
      {props.children}
    </a>
  );
}

/** A link to the same page that opens the tickets behind a figure; also in a new tab. */
export function DrillLink(props: {
  to: Address;
  class?: string;
  label?: string;
  children: ComponentChildren;
}) {
  const there = withDrill(useAddress(), props.to);
  return (
    <a
      class={props.class}
      href={`/dashboard${queryOf(there)}`}
      aria-label={props.label}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        go(there);
      }}
    >
      {props.children}
    </a>
  );
}

export function Panel(props: {
  title: string;
  note?: ComponentChildren;
  aside?: ComponentChildren;
  class?: string;
  children: ComponentChildren;
}) {
  return (
    <section class={`panel ${props.class ?? ''}`} aria-label={props.title}>
      <header>
        <h2>{props.title}</h2>
        {props.aside}
      </header>
      {props.children}
      {props.note ? <p class="note">{props.note}</p> : null}
    </section>
  );
}

/** Rows under their heads; wide ones are scrolled sideways. */
export function Table(props: { heads: string[]; class?: string; children: ComponentChildren }) {
  return (
    <div class="scroll">
      <table class={props.class}>
        <thead>
          <tr>
            {props.heads.map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{props.children}</tbody>
      </table>
    </div>
  );
}

/** Says why there is nothing, and what would change that. */
export function Empty({ children }: { children: ComponentChildren }) {
  return <p class="empty">{children}</p>;
}
