// What it was about: categories, reports, wishes, companies, gaps. Every row opens its tickets.
import type { ComponentChildren } from 'preact';
import type { Dashboard, Wire } from '../../../../model/dashboard.ts';
import { rounded, spreadCell, timesNote } from '../../../../model/measure.ts';
import { exactly } from '../../../../model/probability.ts';
import type { Address } from './address.ts';
import { DrillLink, Empty, Panel, Table } from './parts.tsx';
import { clusterName, count, dayText, mrrText } from './words.ts';

type Data = Wire<Dashboard>;
type Cluster = Data['clusters'][number];

export function Categories({ data }: { data: Data }) {
  const { themes } = data;
  const most = Math.max(1, ...themes.map(({ received, normal }) => Math.max(received, normal?.mean ?? 0)));
  if (themes.length === 0)
    return (
      <Panel title="Categories" class="is-wide">
        <Empty>No tickets in this period.</Empty>
      </Panel>
    );
  return (
    <Panel
      title="Categories"
      class="is-wide"
      note={[
        timesNote(themes.flatMap(({ response, resolution }) => [response, resolution])),
        themes.some(({ normal }) => normal)
          ? 'Tickets: after the stroke, and as the mark on a bar, the normal number.'
          : '',
      ].join(' ')}
      aside={<Export file="categories" />}
    >
      <Table class="bars" heads={['Category', 'Tickets', 'First answer', 'Resolved in']}>
        {themes.map(({ category, name, received, normal, response, resolution }) => (
          <tr key={category ?? ''}>
            <th scope="row">
              <DrillLink to={{ view: 'tickets', topic: category ?? 'none' }}>{name}</DrillLink>
            </th>
            <td>
              <div class="bar-cell">
                <span class="bar" aria-hidden="true">
                  <i style={{ width: `${(100 * received) / most}%` }} />
                  {normal ? <s style={{ left: `${(100 * normal.mean) / most}%` }} /> : null}
                </span>
                <span class="bar-value">
                  {received}
                  {normal ? <small> / {rounded(normal.mean)}</small> : null}
                </span>
              </div>
            </td>
            <td>
              <Time spread={response} to={{ view: 'response', topic: category ?? 'none' }} />
            </td>
            <td>
              <Time spread={resolution} to={{ view: 'resolved', topic: category ?? 'none' }} />
            </td>
          </tr>
        ))}
      </Table>
    </Panel>
  );
}

/** `3.0 h / 2.1 d` breaks at the stroke, never before a unit. */
function unbroken(times: string): string {
  return times.replace(/(?<=\d) (?=[a-z])/g, '\u00a0');
}

/** A time with the tickets that it was measured on. */
function Time({ spread, to }: { spread: Data['themes'][number]['response']; to: Address }) {
  return spread ? (
    <DrillLink class="quiet-link" to={to}>
      {unbroken(spreadCell(spread))}
    </DrillLink>
  ) : (
    '–'
  );
}

function Export({ file }: { file: string }) {
  return (
    <a class="quiet-link" href={`/dashboard/export/${file}.csv${location.search}`} download>
      CSV
    </a>
  );
}

/** One line of a list: what it is, and what is known of it. */
function Line(props: { to: Address; title: string; facts: ComponentChildren[]; chip?: ComponentChildren }) {
  return (
    <li>
      <DrillLink to={props.to} class="line">
        <span class="line-title">
          {props.title}
          {props.chip}
        </span>
        {props.facts.length > 0 ? (
          <span class="line-facts">{props.facts.filter(Boolean).join(' · ')}</span>
        ) : null}
      </DrillLink>
    </li>
  );
}

function ClusterLine({ cluster }: { cluster: Cluster }) {
  const { id, title, isNew, reports, before, accounts, mrr, issue } = cluster;
  return (
    <Line
      to={{ view: 'clusters', cluster: clusterName(id) }}
      title={title}
      chip={isNew ? <span class="chip is-new">new</span> : null}
      facts={[
        count(reports, 'report'),
        isNew ? '' : `before ${before}`,
        accounts > 0 ? count(accounts, 'company', 'companies') : '',
        mrrText(mrr || null),
        issue ? `${issue.id} ${issue.state}` : '',
      ]}
    />
  );
}

export function Reports({ data }: { data: Data }) {
  const { clusters } = data;
  return (
    <Panel
      title="What several customers report"
      note={clusters.some(({ isNew }) => !isNew) ? 'Before: in as many days before this period.' : undefined}
    >
      {clusters.length === 0 ? (
        <Empty>No two customers reported the same thing in this period.</Empty>
      ) : (
        <ul class="lines">
          {clusters.map((cluster) => (
            <ClusterLine key={cluster.id} cluster={cluster} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

export function Wishes({ data }: { data: Data }) {
  const { requests } = data;
  return (
    <Panel
      title="Feature requests"
      aside={
        requests.tickets > 0 ? (
          <DrillLink class="quiet-link" to={{ view: 'requests' }}>
            {count(requests.tickets, 'ticket')}
          </DrillLink>
        ) : null
      }
    >
      {requests.clusters.length === 0 ? (
        <Empty>
          {requests.tickets === 0
            ? 'Nobody asked for a feature in this period.'
            : 'No wish was made by several customers.'}
        </Empty>
      ) : (
        <ul class="lines">
          {requests.clusters.map((cluster) => (
            <ClusterLine key={cluster.id} cluster={cluster} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

export function Companies({ data }: { data: Data }) {
  const { atRisk, left, recovered, now } = data;
  const renews = (at: string | null) => (at ? `renews ${dayText(at.slice(0, 10), now)}` : '');
  return (
    <Panel
      title="Accounts at risk"
      aside={
        <DrillLink class="quiet-link" to={{ page: 'signals' }}>
          all accounts
        </DrillLink>
      }
    >
      {atRisk.length === 0 ? (
        <Empty>No company is at risk.</Empty>
      ) : (
        <ul class="lines">
          {atRisk.map(({ account, plan, mrr, renewalAt, health, risk, reasons, tickets }) => (
            <Line
              key={account}
              to={health === null ? { view: 'accounts', account } : { page: 'signals', account }}
              title={account}
              chip={health === null ? null : <span class="chip is-risk">health {Math.round(health)}</span>}
              facts={[
                plan,
                mrrText(mrr),
                renews(renewalAt),
                risk === null ? null : `${Math.round(risk * 100)} % likely to leave within 30 days`,
                reasons.slice(0, 2).join(' ') ||
                  (tickets.length > 0 &&
                    `${count(tickets.length, 'ticket')} that ${tickets.length === 1 ? 'reads' : 'read'} as if they may leave`) ||
                  null,
              ]}
            />
          ))}
        </ul>
      )}
      {recovered.length > 0 ? (
        <>
          <h3>Saved: at risk before, well again</h3>
          <ul class="lines">
            {recovered.map(({ account, mrr, by }) => (
              <Line
                key={account}
                to={{ page: 'signals', account }}
                title={account}
                facts={[mrrText(mrr), by ? `${by} looked after it` : '']}
              />
            ))}
          </ul>
        </>
      ) : null}
      {left.length > 0 ? (
        <>
          <h3>Left</h3>
          <ul class="lines">
            {left.map(({ account, mrr, at, tickets }) => (
              <Line
                key={account}
                to={{ view: 'left', account }}
                title={account}
                facts={[
                  dayText(at.slice(0, 10), now),
                  mrrText(mrr),
                  `${count(tickets, 'ticket')} in the 30 days before`,
                ]}
              />
            ))}
          </ul>
        </>
      ) : null}
    </Panel>
  );
}

export function Gaps({ data }: { data: Data }) {
  return (
    <Panel title="Nothing we know answered these">
      {data.gaps.length === 0 ? (
        <Empty>Every draft found something to answer from.</Empty>
      ) : (
        <ul class="lines">
          {data.gaps.map(({ category, name, n }) => (
            <Line
              key={name}
              to={{ view: 'gaps', topic: category ?? 'none' }}
              title={name}
              chip={<span class="line-count">{count(n, 'ticket')}</span>}
              facts={[]}
            />
          ))}
        </ul>
      )}
    </Panel>
  );
}

export function AutonomyTable({ data }: { data: Data }) {
  return (
    <Panel
      title="What the bot may do by itself"
      class="is-full"
      aside={<Export file="autonomy" />}
      note="Earned means: the outcomes of reviewed drafts prove, at 95 %, that mistakes stay below the configured risk. Change a mode in chat with /deskhand mode CATEGORY auto."
    >
      <Table class="is-stacked" heads={['Category', 'Mode', 'Reviewed', 'Mistakes', 'Earned']}>
        {data.autonomy.toSorted(byDistance).map((row) => (
          <tr key={row.category}>
            <th scope="row">
              <DrillLink to={{ view: 'answered', topic: row.category }}>{row.name}</DrillLink>
            </th>
            <td>
              <span class={`chip is-${row.mode}`}>{row.mode}</span>
            </td>
            <td data-label="Reviewed">{row.reviewed}</td>
            <td data-label="Mistakes">{row.errors}</td>
            <td>{earnedText(row)}</td>
          </tr>
        ))}
      </Table>
    </Panel>
  );
}

function earnedText({ neverAuto, threshold, missing }: Data['autonomy'][number]): string {
  if (neverAuto) return 'a person always sends';
  if (threshold !== null) return `from ${exactly(threshold)} confidence on`;
  return missing === null ? '–' : `${count(missing, 'more reviewed ticket')} until auto`;
}

/** Those that earned it first, then by what is missing, then those that never may. */
function byDistance(a: Data['autonomy'][number], b: Data['autonomy'][number]): number {
  const distance = ({ neverAuto, missing }: typeof a) =>
    neverAuto ? Number.MAX_SAFE_INTEGER : (missing ?? 0);
  return distance(a) - distance(b) || Number(b.mode === 'auto') - Number(a.mode === 'auto');
}
