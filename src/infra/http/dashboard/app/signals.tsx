// The page about accounts and the product: how each company fares and why, what is wished for, what is hard to find.
import type { Signals, Wire } from '../../../../model/dashboard.ts';
import { accountOf, filtersOf, useAddress } from './address.ts';
import { Drill } from './drill.tsx';
import { Period } from './filters.tsx';
import { DrillLink, Empty, PageLink, Panel, Table } from './parts.tsx';
import { clusterName, count, dayText, mrrText } from './words.ts';

type Data = Wire<Signals>;
type Account = Data['accounts'][number];
type Ranked = Data['requests'][number];

/** Health from which on an account is well. */
const WELL = 75;
const REASONS = 3;
/** Of the line of past health, in points. */
const SPARK = { width: 96, height: 28, edge: 3 };

export function SignalsContent({ data }: { data: Data }) {
  const { accounts, requests, friction } = data;
  const address = useAddress();
  const account = accountOf(address);
  const frail = accounts.filter(({ atRisk }) => atRisk);
  return (
    <>
      <section class="filters" aria-label="Period">
        <div class="filters-when">
          <Period data={data} />
        </div>
      </section>
      {account ? (
        <p class="lead">
          {accounts.length > 0 ? `How ${account} fares.` : `Nothing is recorded of ${account} in these days.`}{' '}
          <PageLink to={filtersOf(address)} isHere={false}>
            All accounts
          </PageLink>
        </p>
      ) : (
        <p class="lead">{leadOf(accounts, frail)}</p>
      )}
      <Accounts data={data} />
      <div class="panels is-pair">
        <Ranking
          title="Feature requests"
          rows={requests}
          empty="Nobody wished for anything in this period."
          note="Ranked by the companies that ask, then by what they pay."
        />
        <Ranking
          title="Hard to find or use"
          rows={friction}
          empty="Nobody searched in vain in this period."
        />
      </div>
      <Drill data={{ ...data, categories: [], clusters: [...requests, ...friction] }} />
    </>
  );
}

function leadOf(accounts: Account[], frail: Account[]): string {
  if (accounts.length === 0)
    return 'How accounts fare is worked out every night, and when their people write. Nothing is recorded yet.';
  const paid = frail.reduce((sum, { mrr }) => sum + (mrr ?? 0), 0);
  if (frail.length === 0) return `None of ${count(accounts.length, 'account')} is at risk.`;
  return `${frail.length} of ${count(accounts.length, 'account')} ${frail.length === 1 ? 'is' : 'are'} at risk${paid > 0 ? `, paying ${mrrText(paid)}` : ''}.`;
}

function Accounts({ data }: { data: Data }) {
  if (data.accounts.length === 0) return null;
  return (
    <Panel
      title="How accounts fare"
      class="is-full"
      note="Health from 0 to 100, with what takes most from it; the line shows the last 30 days that are recorded."
    >
      <Table
        class="accounts is-stacked"
        heads={['Account', 'Health', 'Because', 'Pays a month', 'Renews', 'Owner']}
      >
        {data.accounts.map((account) => (
          <AccountRow key={account.account} account={account} now={data.now} />
        ))}
      </Table>
    </Panel>
  );
}

function AccountRow({ account: one, now }: { account: Account; now: string }) {
  const { account, plan, mrr, renewalAt, owner, risk, reasons, past, alert, atRisk } = one;
  const health = Math.round(one.health);
  return (
    <tr>
      <th scope="row">
        <DrillLink to={{ view: 'tickets', account }}>{account}</DrillLink>
        {plan ? <small>{plan}</small> : null}
      </th>
      <td>
        <span class="health">
          <b class={`chip ${atRisk ? 'is-risk' : health < WELL ? 'is-p2' : 'is-auto'}`}>{health}</b>
          <Spark past={past} />
          <small>{changeText(past)}</small>
        </span>
      </td>
      <td class={`is-words ${health < WELL ? '' : 'is-quiet'}`}>
        {reasons.slice(0, REASONS).join(' ') || 'Nothing stands against it.'}
        {risk === null ? null : <small>{Math.round(risk * 100)} % likely to leave within 30 days</small>}
      </td>
      <td data-label="Pays a month" class={mrr === null ? 'is-none' : ''}>
        {mrr === null ? '–' : Math.round(mrr).toLocaleString('en')}
      </td>
      <td data-label="Renews" class={renewalAt === null ? 'is-none' : ''}>
        {renewalAt ? dayText(renewalAt.slice(0, 10), now) : '–'}
      </td>
      <td data-label="Owner" class={owner === null && alert === null ? 'is-none' : ''}>
        {owner ?? '–'}
        {alert ? <small>{alertText(alert, now)}</small> : null}
      </td>
    </tr>
  );
}

/** Past health as a line; its words stand beside it. */
function Spark({ past }: Pick<Account, 'past'>) {
  if (past.length < 2) return null;
  const { width, height, edge } = SPARK;
  const x = (n: number) => edge + (n * (width - 2 * edge)) / (past.length - 1);
  const y = (health: number) => edge + ((100 - health) * (height - 2 * edge)) / 100;
  const points = past.map(({ health }, n) => `${x(n).toFixed(1)},${y(health).toFixed(1)}`);
  const last = past.at(-1);
  return (
    <svg class="spark" width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      <polyline points={points.join(' ')} />
      {last ? <circle cx={x(past.length - 1)} cy={y(last.health)} r="2.5" /> : null}
    </svg>
  );
}

/** `−12 in 9 days`; nothing where nothing was recorded before. */
function changeText(past: Account['past']): string {
  const [first, last] = [past[0], past.at(-1)];
  if (!first || !last || first === last) return '';
  const days = Math.round((Date.parse(last.day) - Date.parse(first.day)) / 86_400_000);
  const change = Math.round(last.health - first.health);
  const sign = change > 0 ? '+' : change < 0 ? '−' : '±';
  return `${sign}${Math.abs(change)} in ${count(days, 'day')}`;
}

function alertText({ status, by, at }: NonNullable<Account['alert']>, now: string): string {
  const day = dayText(at.slice(0, 10), now);
  if (status === 'on_it') return `${by ?? 'somebody'} is on it since ${day}`;
  if (status === 'false_alarm') return `false alarm, said ${by ?? 'somebody'} on ${day}`;
  return `warned of on ${day}, nobody is on it`;
}

function Ranking(props: { title: string; rows: Ranked[]; empty: string; note?: string }) {
  return (
    <Panel title={props.title} note={props.rows.length > 0 ? props.note : undefined}>
      {props.rows.length === 0 ? (
        <Empty>{props.empty}</Empty>
      ) : (
        <Table heads={['What', 'Companies', 'Customers', 'Pays a month']}>
          {props.rows.map(({ id, title, accounts, customers, mrr }) => (
            <tr key={id}>
              <th scope="row">
                <DrillLink to={{ view: 'clusters', cluster: clusterName(id) }}>{title}</DrillLink>
              </th>
              <td>{accounts}</td>
              <td>{customers}</td>
              <td>{mrr ? Math.round(mrr).toLocaleString('en') : '–'}</td>
            </tr>
          ))}
        </Table>
      )}
    </Panel>
  );
}
