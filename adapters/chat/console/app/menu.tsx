// A menu at a button: arrow keys, first letters, Escape, and the focus goes back where it was.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

export interface MenuItem {
  label: string;
  hint?: string;
  checked?: boolean;
  run(): void;
}

interface Open {
  anchor: HTMLElement;
  items: MenuItem[];
}

let show: (open: Open | null) => void = () => undefined;

export function openMenu(anchor: HTMLElement, items: MenuItem[]): void {
  show({ anchor, items });
}

/** The one place where menus appear. */
export function MenuHost() {
  const [open, setOpen] = useState<Open | null>(null);
  useEffect(() => {
    show = setOpen;
  }, []);
  return open ? <Menu key={open.anchor} open={open} close={() => setOpen(null)} /> : null;
}

function Menu({ open, close }: { open: Open; close: () => void }) {
  const box = useRef<HTMLDivElement>(null);
  const { anchor, items } = open;

  useLayoutEffect(() => {
    const menu = box.current;
    if (!menu) return;
    const place = () => {
      const at = anchor.getBoundingClientRect();
      const { width, height } = menu.getBoundingClientRect();
      const below = at.bottom + 6 + height <= innerHeight - 8;
      menu.style.left = `${Math.max(8, Math.min(at.left, innerWidth - width - 8))}px`;
      menu.style.top = `${Math.max(8, below ? at.bottom + 6 : at.top - 6 - height)}px`;
    };
    place();
    anchor.setAttribute('aria-expanded', 'true');
    menu.querySelector<HTMLElement>('[role^=menuitem]')?.focus();
    const away = (event: Event) => {
      if (event.target instanceof Node && !menu.contains(event.target)) leave(false);
    };
    document.addEventListener('pointerdown', away, true);
    // The feed moves by itself when cards come or change; a card that is redrawn takes its button away, and the
    // menu stays where it was.
    const moved = () => {
      if (anchor.isConnected) place();
    };
    document.addEventListener('scroll', moved, true);
    return () => {
      document.removeEventListener('pointerdown', away, true);
      document.removeEventListener('scroll', moved, true);
      anchor.setAttribute('aria-expanded', 'false');
    };
  }, [open]);

  function leave(refocus: boolean): void {
    close();
    if (refocus) anchor.focus();
  }

  function onKeyDown(event: KeyboardEvent): void {
    event.stopPropagation();
    const entries = [...(box.current?.querySelectorAll<HTMLElement>('[role^=menuitem]') ?? [])];
    const here = entries.findIndex((entry) => entry.matches(':focus'));
    const move = (to: number) => entries.at(to % entries.length)?.focus();
    if (event.key === 'ArrowDown') move(here + 1);
    else if (event.key === 'ArrowUp') move(here <= 0 ? -1 : here - 1);
    else if (event.key === 'Home') move(0);
    else if (event.key === 'End') move(-1);
    else if (event.key === 'Escape' || event.key === 'Tab') leave(true);
    else if (event.key.length === 1 && /\S/.test(event.key)) {
      const order = [...entries.slice(here + 1), ...entries.slice(0, here + 1)];
      order.find((entry) => entry.textContent?.toLowerCase().startsWith(event.key.toLowerCase()))?.focus();
      return;
    } else return;
    event.preventDefault();
  }

  return (
    <div class="menu" role="menu" ref={box} onKeyDown={onKeyDown}>
      {items.map((item) => (
        <button
          type="button"
          key={item.label}
          {...(item.checked === undefined
            ? { role: 'menuitem' as const }
            : { role: 'menuitemradio' as const, 'aria-checked': item.checked })}
          tabIndex={-1}
          onClick={() => {
            leave(true);
            item.run();
          }}
        >
          <span>{item.label}</span>
          {item.hint ? <small>{item.hint}</small> : null}
        </button>
      ))}
    </div>
  );
}
