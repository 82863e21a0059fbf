// The keyboard: one letter for each thing that agents do all day.
import type { Post } from '../wire.ts';
import { focusComposer } from './composer.tsx';
import { shownPosts } from './feed.tsx';
import { go } from './net.ts';
import { pressVerb } from './post.tsx';
import { stepChannel } from './shell.tsx';
import { getState, setState } from './store.ts';

const VERBS: Record<string, string> = {
  a: 'approve',
  e: 'form:edit',
  x: 'form:escalate',
  t: 'take',
  z: 'undo',
};

/** Letters work anywhere on the page but where somebody types. */
export function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey) return;
  // A dialog may be open without having the focus: its button was pressed and switched off.
  if (document.querySelector('dialog[open]')) return;
  const target = event.target;
  if (target instanceof HTMLElement && target.closest('input, textarea, select, dialog')) return;
  const onButton = target instanceof HTMLElement && target.closest('button, a') !== null;
  if (event.key === 'Enter' && onButton) return;
  if (handle(event.key)) event.preventDefault();
}

function handle(key: string): boolean {
  const { selected, thread, channel } = getState();
  switch (key) {
    case 'j':
      return select(1);
    case 'k':
      return select(-1);
    case 'Enter':
      if (selected === null) return false;
      go(channel, selected);
      return true;
    case 'Escape':
      if (getState().rail) setState({ rail: false });
      else if (thread) go(thread.channel);
      else return false;
      return true;
    case '/':
      focusComposer('/deskhand ');
      return true;
    case '?':
      setState({ help: true });
      return true;
    case '[':
      stepChannel(-1);
      return true;
    case ']':
      stepChannel(1);
      return true;
  }
  const verb = VERBS[key];
  const post = posts().find((candidate) => candidate.id === selected);
  if (!verb || !post || !offers(post, verb)) return false;
  pressVerb(post, verb);
  return true;
}

function posts(): Post[] {
  const { feeds, channel, onlyOpen } = getState();
  return shownPosts(feeds[channel]?.posts ?? [], onlyOpen);
}

function offers(post: Post, verb: string): boolean {
  return (
    post.content.kind === 'card' &&
    post.content.json.body.some(
      (element) => element.type === 'ActionSet' && element.actions.some((action) => action.verb === verb),
    )
  );
}

/** Without a selection `j` and `k` begin at the newest card. */
function select(by: 1 | -1): boolean {
  const list = posts();
  const { selected } = getState();
  const at = list.findIndex((post) => post.id === selected);
  const post = at < 0 ? list.at(-1) : list[Math.max(0, Math.min(list.length - 1, at + by))];
  if (!post) return false;
  setState({ selected: post.id });
  const element = document.querySelector<HTMLElement>(`[data-post="${post.id}"]`);
  element?.focus({ preventScroll: true });
  element?.scrollIntoView({ block: element.offsetHeight > innerHeight * 0.7 ? 'start' : 'center' });
  return true;
}
