// The dashboard's page: puts the parts together and starts.
import { type ComponentChildren, render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Dashboard, Signals, Wire } from '../../../../model/dashboard.ts';
import { Bell, Icon } from '../../../../web/icons.tsx';
import { type Address, accountOf, changed, filtersOf, queryOf, useAddress } from './address.ts';
import { Drill } from './drill.tsx';
import { Figures } from './figures.tsx';
import { Filters } from './filters.tsx';
import { useLoaded } from './load.ts';
import { Answerers, Changes, Speed, Volume } from './overview.tsx';
import { PageLink } from './parts.tsx';
import { SignalsContent } from './signals.tsx';
import { AutonomyTable, Categories, Companies, Gaps, Reports, Wishes } from './tables.tsx';
import { dayText } from './words.ts';

/** The console's own key, so that both look alike. */
const THEME_KEY = 'deskhand.theme';
const THEMES = ['auto', 'light', 'dark'] as const;
type Theme = (typeof THEMES)[number];

const PAGES = [
  { page: undefined, name: 'Overview' },
  { page: 'signals', name: 'Signals' },
];

function App() {
  const address = useAddress();
  return (
    <>
      <TopBar address={address} />
      {address.page === 'signals' ? (
        <Page<Wire<Signals>> key="signals" at="signals" address={address}>
          {(data) => <SignalsContent data={data} />}
        </Page>
      ) : (
        <Page<Wire<Dashboard>> key="overview" at="overview" address={address}>
          {(data) => <Content data={data} />}
        </Page>
      )}
    </>
  );
}

/** Loads what a page shows; what it showed before stays readable meanwhile. */
function Page<T>(props: { at: string; address: Address; children: (data: T) => ComponentChildren }) {
  const { address } = props;
  const query = queryOf(changed(filtersOf(address), { account: accountOf(address) }));
  const { value, loading, failure, again } = useLoaded<T>(`/dashboard/api/${props.at}${query}`);
  return (
    <>
      <main class={`page ${loading ? 'is-loading' : ''}`} aria-busy={loading}>
        {failure ? (
          <p class="trouble" role="alert">
            {failure}{' '}
            <button type="button" class="button" onClick={again}>
              Try again
            </button>
            {value ? null : (
              <a class="button" href="/dashboard">
                Last four weeks
              </a>
            )}
          </p>
        ) : null}
        {value ? props.children(value) : failure ? null : <Skeleton />}
      </main>
      <p class="unseen" role="status">
        {loading ? 'Loading figures' : 'Figures are up to date'}
      </p>
    </>
  );
}

function Content({ data }: { data: Wire<Dashboard> }) {
  const { since, lead } = data;
  if (since === null)
    return (
      <section class="first-time">
        <h2>No ticket yet</h2>
        <p>
          Figures appear with the first message. To begin with your history, import it:{' '}
          <code>npx deskhand import tickets FILE</code>
        </p>
      </section>
    );
  return (
    <>
      <Filters data={data} />
      <p class="lead">{lead}</p>
      <Figures data={data} />
      {data.query.from < since ? (
        <p class="note">Records begin on {dayText(since, data.now)}; nothing is known of the days before.</p>
      ) : null}
      <div class="panels">
        <Volume data={data} />
        <Answerers data={data} />
        <Speed data={data} />
        <Changes data={data} />
        <Categories data={data} />
        <div class="stack">
          <Reports data={data} />
          <Wishes data={data} />
          <Companies data={data} />
          <Gaps data={data} />
        </div>
      </div>
      <AutonomyTable data={data} />
      <Drill
        data={{
          ...data,
          categories: data.choices.categories,
          clusters: [...data.clusters, ...data.requests.clusters],
        }}
      />
    </>
  );
}

/** The shape of what is coming. */
function Skeleton() {
  return (
    <div class="skeleton" aria-hidden="true">
      <i class="is-line" />
      <div class="tiles">
        {['a', 'b', 'c', 'd', 'e', 'f'].map((key) => (
          <i key={key} class="is-tile" />
        ))}
      </div>
      <div class="panels">
        <i class="is-panel is-wide" />
        <i class="is-panel" />
      </div>
    </div>
  );
}

function TopBar({ address }: { address: Address }) {
  const [theme, setTheme] = useState(storedTheme);
  useEffect(() => {
    localStorage.setItem(THEME_KEY, theme);
    document.documentElement.dataset.theme = theme;
  }, [theme]);
  const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'auto';
  return (
    <header class="top">
      <Bell size={28} />
      <h1>Dashboard</h1>
      <nav class="tabs" aria-label="Dashboard">
        {PAGES.map(({ page, name }) => (
          <PageLink key={name} to={changed(filtersOf(address), { page })} isHere={address.page === page}>
            {name}
          </PageLink>
        ))}
      </nav>
      <nav class="tools" aria-label="Elsewhere">
        <a class="button is-quiet" href="/console">
          <Icon name="thread" size={16} /> <span>Console</span>
        </a>
        <a
          class="button is-quiet"
          href={`/dashboard/export/${address.page === 'signals' ? 'accounts' : 'days'}.csv${queryOf(filtersOf(address))}`}
          download
        >
          <Icon name="download" size={16} /> <span>Export CSV</span>
        </a>
        <button
          type="button"
          class="icon-button"
          aria-label={`Appearance: ${theme}. Change to ${next}`}
          title={`Appearance: ${theme}`}
          onClick={() => setTheme(next)}
        >
          <Icon name="theme" />
        </button>
      </nav>
    </header>
  );
}

function storedTheme(): Theme {
  return THEMES.find((theme) => theme === localStorage.getItem(THEME_KEY)) ?? 'auto';
}

const root = document.getElementById('app');
if (root) render(<App />, root);
