// The frame of the page: channels at the left, the bar at the top, banners and private notices.

import { Bell, Icon } from '../../../../src/web/icons.tsx';
import type { Bootstrap } from '../wire.ts';
import { Avatar } from './avatar.tsx';
import { focusComposer } from './composer.tsx';
import { isTicket } from './feed.tsx';
import { openMenu } from './menu.tsx';
import { begin, dismiss, go, setTheme } from './net.ts';
import { getState, setState, type Theme, useStore } from './store.ts';

export function unread(channel: Bootstrap['channels'][number]): number {
  return Math.max(0, channel.last - channel.read);
}

/** A channel is shown once something stands in it; the first one, where tickets come, always. */
function shownChannels(boot: Bootstrap): Bootstrap['channels'] {
  const awaited = (id: string) => id === 'sent' && boot.workspace.sample;
  return boot.channels.filter(({ id, last }, i) => i === 0 || last > 0 || awaited(id));
}

export function Rail() {
  const boot = useStore((s) => s.boot);
  const here = useStore((s) => s.channel);
  const open = useStore((s) => s.rail);
  const live = useStore((s) => s.live);
  if (!boot) return null;
  return (
    <>
      {open ? (
        <button
          type="button"
          class="scrim"
          aria-label="Close channels"
          onClick={() => setState({ rail: false })}
        />
      ) : null}
      <nav class={`rail ${open ? 'is-open' : ''}`} aria-label="Channels">
        <div class="brand">
          <Bell size={28} />
          <b>{boot.workspace.name}</b>
        </div>
        <ul>
          {shownChannels(boot).map((channel) => {
            const count = unread(channel);
            return (
              <li key={channel.id}>
                <a
                  href={`#/${channel.id}`}
                  onClick={() => setState({ rail: false })}
                  class={`${channel.id === here ? 'is-here' : ''} ${count > 0 ? 'is-unread' : ''}`}
                  aria-current={channel.id === here ? 'page' : undefined}
                >
                  <Icon name="hash" size={16} />
                  <span>{channel.id}</span>
                  {count > 0 ? (
                    <b class="count">
                      {count > 99 ? '99+' : count}
                      <span class="unseen"> unread</span>
                    </b>
                  ) : null}
                </a>
              </li>
            );
          })}
        </ul>
        <div class="rail-foot">
          <Indexing />
          <a class="rail-page" href="/dashboard">
            <Icon name="chart" size={16} />
            <span>Dashboard</span>
          </a>
          <p class={`link-state ${live ? '' : 'is-off'}`} role="status">
            {live ? 'Live' : 'Reconnecting…'}
          </p>
          <AgentButton />
        </div>
      </nav>
    </>
  );
}

function Indexing() {
  const indexing = useStore((s) => s.boot?.workspace.indexing ?? null);
  if (!indexing) return null;
  // Nothing counted yet: the bar moves without saying how far.
  const share = indexing.total > 0 ? indexing.indexed / indexing.total : undefined;
  return (
    <div class="indexing">
      <label for="indexing">
        Reading history{' '}
        {share === undefined ? null : (
          <span>{`${indexing.indexed.toLocaleString()} of ${indexing.total.toLocaleString()}`}</span>
        )}
      </label>
      <progress id="indexing" value={share} max={1} />
    </div>
  );
}

function AgentButton() {
  const me = useStore((s) => s.me);
  const boot = useStore((s) => s.boot);
  if (!me || !boot) return null;
  const others = boot.boundTo ? [me] : boot.agents;
  return (
    <button
      type="button"
      class="agent"
      aria-haspopup="menu"
      aria-expanded="false"
      aria-label={`Acting as ${me.name}, ${me.role}. Change`}
      onClick={(event) =>
        openMenu(
          event.currentTarget,
          others.map((agent) => ({
            label: agent.name,
            hint: agent.role,
            checked: agent.email === me.email,
            run: () => {
              localStorage.setItem('deskhand.agent', agent.email);
              void begin(agent.email);
            },
          })),
        )
      }
    >
      <Avatar name={me.name} size={30} />
      <span>
        <b>{me.name}</b>
        <small>{me.role}</small>
      </span>
      <Icon name="chevron" size={16} />
    </button>
  );
}

const THEMES: { id: Theme; label: string }[] = [
  { id: 'auto', label: 'Like the system' },
  { id: 'light', label: 'Light' },
  { id: 'dark', label: 'Dark' },
];

export function TopBar() {
  const boot = useStore((s) => s.boot);
  const here = useStore((s) => s.channel);
  const live = useStore((s) => s.live);
  const onlyOpen = useStore((s) => s.onlyOpen);
  const theme = useStore((s) => s.theme);
  const tickets = useStore((s) => s.feeds[s.channel]?.posts.some(isTicket) ?? false);
  const channel = boot?.channels.find((c) => c.id === here);
  return (
    <header class="top">
      <button
        type="button"
        class="icon-button rail-toggle"
        aria-label="Channels"
        onClick={() => setState({ rail: true })}
      >
        <Icon name="menu" />
      </button>
      <div class="top-title">
        <h1>
          <Icon name="hash" size={17} />
          {here}
        </h1>
        <p>{channel?.purpose}</p>
      </div>
      {live ? null : (
        <p class="link-state is-off" title="Reconnecting…">
          Reconnecting…
        </p>
      )}
      {tickets ? (
        <fieldset class="segments">
          <legend class="unseen">Which cards are shown</legend>
          <button type="button" aria-pressed={!onlyOpen} onClick={() => setState({ onlyOpen: false })}>
            All
          </button>
          <button type="button" aria-pressed={onlyOpen} onClick={() => setState({ onlyOpen: true })}>
            Open
          </button>
        </fieldset>
      ) : null}
      <button
        type="button"
        class="icon-button"
        aria-label="Search tickets"
        title="Search tickets"
        onClick={() => focusComposer('/deskhand search ')}
      >
        <Icon name="search" />
      </button>
      <button
        type="button"
        class="icon-button"
        aria-label="Appearance"
        title="Appearance"
        aria-haspopup="menu"
        aria-expanded="false"
        onClick={(event) =>
          openMenu(
            event.currentTarget,
            THEMES.map(({ id, label }) => ({ label, checked: theme === id, run: () => setTheme(id) })),
          )
        }
      >
        <Icon name="theme" />
      </button>
      <button
        type="button"
        class="icon-button wide-only"
        aria-label="Keyboard help"
        title="Keyboard (?)"
        onClick={() => setState({ help: true })}
      >
        <Icon name="help" />
      </button>
    </header>
  );
}

export function Banners() {
  const sample = useStore((s) => s.boot?.workspace.sample ?? false);
  const notices = useStore((s) => s.boot?.workspace.notices);
  return (
    <>
      {sample ? (
        <p class="banner">
          <span>
            <b>Sample workspace.</b>{' '}
            <span class="wide-only">
              Start empty with <code>npm start -- --empty</code>
            </span>
            <span class="narrow-only">Nothing leaves it.</span>
          </span>
        </p>
      ) : null}
      {notices?.map((notice) => (
        <p class="banner is-warning" role="status" key={notice}>
          {notice}
        </p>
      ))}
    </>
  );
}

/** Addresses of this bot's own pages, as links; others stay words. */
function withLinks(text: string) {
  return text
    .split(/(https?:\/\/\S+)/)
    .map((part) =>
      URL.canParse(part) && new URL(part).origin === location.origin ? <a href={part}>{part}</a> : part,
    );
}

export function Toasts() {
  const toasts = useStore((s) => s.toasts);
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.map((toast) => (
        <div class={`toast is-${toast.tone}`} key={toast.key}>
          <span>{withLinks(toast.text)}</span>
          <button type="button" class="icon-button" aria-label="Dismiss" onClick={() => dismiss(toast.key)}>
            <Icon name="close" size={15} />
          </button>
        </div>
      ))}
    </div>
  );
}

/** Goes to the channel before (-1) or after (1) this one. */
export function stepChannel(by: 1 | -1): void {
  const { boot, channel } = getState();
  const channels = boot ? shownChannels(boot) : [];
  const at = channels.findIndex((c) => c.id === channel);
  const next = channels[(at + by + channels.length) % channels.length];
  if (next) go(next.id);
}
