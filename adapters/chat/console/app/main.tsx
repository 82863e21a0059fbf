// The console's page: puts the parts together and starts.
import { render } from 'preact';
import { useEffect } from 'preact/hooks';
import { showTicketOfAddress } from './acts.ts';
import { Dialogs } from './dialog.tsx';
import { FeedView } from './feed.tsx';
import { onKey } from './keys.ts';
import { MenuHost } from './menu.tsx';
import { begin, followAddress, markRead, setTheme, tellNotices } from './net.ts';
import { Banners, Rail, Toasts, TopBar, unread } from './shell.tsx';
import { type Theme, useStore } from './store.ts';
import { ThreadPanel } from './thread.tsx';

function App() {
  const boot = useStore((s) => s.boot);
  const failure = useStore((s) => s.failure);
  const inThread = useStore((s) => s.thread !== null);
  const count = boot?.channels.reduce((sum, channel) => sum + unread(channel), 0) ?? 0;
  const name = boot?.workspace.name ?? 'Deskhand';

  useEffect(() => {
    document.title = count > 0 ? `(${count > 99 ? '99+' : count}) ${name}` : name;
    markIcon(count > 0);
  }, [count, name]);

  if (!boot)
    return (
      <p class="starting" role="status">
        {failure ?? 'Opening the console…'}
      </p>
    );
  return (
    <div class={`app ${inThread ? 'has-thread' : ''}`}>
      <Rail />
      <main class="main">
        <Banners />
        <TopBar />
        <FeedView />
      </main>
      <ThreadPanel />
      <Dialogs />
      <MenuHost />
      <Toasts />
    </div>
  );
}

let plainIcon = '';

/** A dot on the tab's icon while something is unread. */
function markIcon(on: boolean): void {
  const link = document.querySelector<HTMLLinkElement>('link[rel=icon]');
  if (!link) return;
  plainIcon ||= link.href;
  const dot = encodeURIComponent(
    '<circle cx="25" cy="7" r="6.5" fill="#e5484d" stroke="#fff" stroke-width="1.5"/></svg>',
  );
  link.href = on ? plainIcon.replace(encodeURIComponent('</svg>'), dot) : plainIcon;
}

const themes: Theme[] = ['auto', 'light', 'dark'];
setTheme(themes.find((theme) => theme === localStorage.getItem('deskhand.theme')) ?? 'auto');
addEventListener('keydown', onKey);
addEventListener('hashchange', () => void followAddress().then(showTicketOfAddress));
addEventListener('focus', () => markRead());
document.addEventListener('visibilitychange', tellNotices);
const root = document.getElementById('app');
if (root) render(<App />, root);
void begin(localStorage.getItem('deskhand.agent')).then(showTicketOfAddress);
