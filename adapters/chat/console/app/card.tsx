// Draws Adaptive Card JSON with the adaptivecards library and dresses its parts.
import {
  type Action,
  AdaptiveCard,
  ExecuteAction,
  GlobalRegistry,
  GlobalSettings,
  HostConfig,
  OpenUrlAction,
  Table,
} from 'adaptivecards';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { AdaptiveCardJson } from '../../../../src/cards/adaptive.ts';
import { HOST_CONFIG } from './host-config.ts';
import { openMenu } from './menu.tsx';

// The library marks itself free of side effects: what is not named here, the bundler drops.
GlobalRegistry.defaultElements.register('Table', Table);
GlobalSettings.setTabIndexAtCardRoot = false;
const hostConfig = new HostConfig(HOST_CONFIG);

/** A card; `onPress` is told the verb of a pressed button. */
export function CardView(props: { json: AdaptiveCardJson; onPress: (verb: string) => void; busy?: boolean }) {
  const frame = useRef<HTMLDivElement>(null);
  const press = useRef(props.onPress);
  press.current = props.onPress;
  useLayoutEffect(() => {
    const element = frame.current;
    if (!element) return;
    const focused = element.contains(document.activeElement) ? document.activeElement : null;
    const drawn = draw(props.json, (verb) => press.current(verb));
    element.replaceChildren(...(drawn ? [drawn] : []));
    // A card that changes under the keyboard keeps it: on the same button, else on the whole, where a second press of
    // Enter presses nothing that was not read.
    const buttons = [...element.querySelectorAll<HTMLElement>('button')];
    const same = buttons.find((button) => button.textContent === focused?.textContent);
    if (focused) (same ?? element.closest<HTMLElement>('[tabindex]'))?.focus({ preventScroll: true });
  }, [props.json]);
  return <div class="card-body" ref={frame} aria-busy={props.busy ? 'true' : undefined} />;
}

function draw(json: AdaptiveCardJson, press: (verb: string) => void): HTMLElement | undefined {
  const card = new AdaptiveCard();
  card.hostConfig = hostConfig;
  card.parse(json);
  card.onExecuteAction = (action) => {
    if (action instanceof ExecuteAction && action.verb) press(action.verb);
    else if (action instanceof OpenUrlAction && action.url)
      window.open(action.url, '_blank', 'noopener,noreferrer');
  };
  card.onDisplayOverflowActionMenu = (actions, target) => {
    if (target) openMenu(target, actions.map(menuItem));
    return true;
  };
  const element = card.render();
  if (element) dress(element);
  return element;
}

function menuItem(action: Action) {
  return { label: action.title ?? '', run: () => action.execute() };
}

/**
 * Element ids of a card (`p3-quote-customer`) repeat from card to card, so on the page they become
 * `data-part="quote-customer"`, which the style sheet speaks of.
 */
function dress(root: HTMLElement): void {
  root.removeAttribute('aria-label');
  for (const element of root.querySelectorAll<HTMLElement>('[id]')) {
    const part = /^p\d+-(.+)$/.exec(element.id)?.[1];
    if (!part) continue;
    element.removeAttribute('id');
    element.dataset.part = part;
    if (part === 'title') {
      element.setAttribute('role', 'heading');
      element.setAttribute('aria-level', '3');
    }
    const confidence = /^confidence-(\d+)$/.exec(part)?.[1];
    if (confidence) element.prepend(meter(Number(confidence)));
  }
  for (const words of root.querySelectorAll<HTMLElement>('[data-part=table] .ac-textRun')) linkTicket(words);
  for (const button of root.querySelectorAll<HTMLElement>('.ac-pushButton')) {
    if (button.getAttribute('aria-expanded') !== null) {
      button.classList.add('more');
      button.setAttribute('aria-label', 'More actions');
      button.setAttribute('aria-haspopup', 'menu');
      button.title = 'More actions';
    } else button.removeAttribute('title');
  }
}

/** A ticket's id in a table opens the ticket. */
function linkTicket(words: HTMLElement): void {
  const key = words.textContent?.trim() ?? '';
  if (!/^T-\d+$/.test(key) || words.querySelector('a')) return;
  const link = document.createElement('a');
  link.href = `#/ticket/${key}`;
  link.textContent = key;
  words.replaceChildren(link);
}

function meter(percent: number): HTMLElement {
  const track = document.createElement('div');
  track.className = `meter ${percent >= 80 ? 'high' : percent >= 50 ? 'middle' : 'low'}`;
  track.setAttribute('aria-hidden', 'true');
  const bar = document.createElement('div');
  bar.style.width = `${percent}%`;
  track.append(bar);
  return track;
}
