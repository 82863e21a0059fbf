// Volume, speed and who answered: the charts, each with its numbers as a table.
import type { Dashboard, Wire } from '../../../../model/dashboard.ts';
import { duration, FEW, rounded } from '../../../../model/measure.ts';
import { go, useAddress, withDrill } from './address.ts';
import { ChartView } from './chart.tsx';
import { DrillLink, Empty, Panel, Table } from './parts.tsx';
import { dayText, WHO } from './words.ts';

type Data = Wire<Dashboard>;
const ANSWERERS = ['auto', 'assisted', 'agent'] as const;

export function Volume({ data }: { data: Data }) {
  const address = useAddress();
  const { charts, days, normal, timeZone, now } = data;
  const open = (index: number) => {
    const step = days[index];
    if (step) go(withDrill(address, { view: 'tickets', day: step.day }));
  };
  return (
    <Panel title="Tickets a day" class="is-wide is-even" note={`${normal} Days as in ${timeZone}.`}>
      {charts.volume ? (
        <ChartView spec={charts.volume} onStep={open} />
      ) : (
        <Empty>No tickets in these days.</Empty>
      )}
      {charts.volume ? (
        <details class="as-table">
          <summary>As a table</summary>
          <Table heads={['Day', 'Tickets', 'Normal', 'First answer']}>
            {days
              .filter(({ current }) => current)
              .reverse()
              .map(({ day, received, normal: usual, response }) => (
                <tr key={day}>
                  <th scope="row">
                    <DrillLink to={{ view: 'tickets', day }}>{dayText(day, now)}</DrillLink>
                  </th>
                  <td>{received}</td>
                  <td>{usual === null ? '–' : rounded(usual)}</td>
                  <td>{response ? duration(response.median) : '–'}</td>
                </tr>
              ))}
          </Table>
        </details>
      ) : null}
    </Panel>
  );
}

export function Speed({ data }: { data: Data }) {
  const address = useAddress();
  const { charts, days } = data;
  const open = (index: number) => {
    const step = days[index];
    if (step) go(withDrill(address, { view: 'response', day: step.day }));
  };
  return (
    <Panel title="Time to the first answer" class="is-wide is-even">
      {charts.response ? (
        <ChartView spec={charts.response} onStep={open} />
      ) : (
        <Empty>Answers on at least two days are needed to draw a line.</Empty>
      )}
    </Panel>
  );
}

export function Answerers({ data }: { data: Data }) {
  const address = useAddress();
  const { charts, answered } = data;
  const shown = ANSWERERS.filter((who) => answered[who].n > 0);
  return (
    <Panel title="Who answered" class="is-even">
      {charts.share ? (
        <ChartView
          spec={charts.share}
          onStep={(index) => {
            const who = shown[index];
            if (who) go(withDrill(address, { view: 'answered', by: who }));
          }}
        />
      ) : (
        <Empty>Nothing is answered yet.</Empty>
      )}
      {answered.total > 0 ? (
        <Table heads={['By', 'Tickets', 'Rated']}>
          {ANSWERERS.map((who) => {
            const { n, rating } = answered[who];
            return (
              <tr key={who}>
                <th scope="row">
                  <i class={`dot is-${who}`} aria-hidden="true" />
                  {n > 0 ? <DrillLink to={{ view: 'answered', by: who }}>{WHO[who]}</DrillLink> : WHO[who]}
                </th>
                <td>{n}</td>
                <td>
                  {rating ? (
                    <DrillLink to={{ view: 'answered', by: who, status: 'rated' }}>
                      {rating.mean.toFixed(1)} of 5 ({rating.n}
                      {rating.n < FEW ? ' only' : ''})
                    </DrillLink>
                  ) : (
                    '–'
                  )}
                </td>
              </tr>
            );
          })}
        </Table>
      ) : null}
    </Panel>
  );
}

export function Changes({ data }: { data: Data }) {
  const { changes } = data;
  return (
    <Panel title="What changed" class="is-even">
      {changes.length === 0 ? (
        <Empty>
          {data.volume.normal
            ? 'Nothing stands out against the time before.'
            : 'There is nothing earlier to compare with yet.'}
        </Empty>
      ) : (
        <ul class="changes">
          {changes.map(({ text, tone, drill }) => (
            <li key={text} class={`is-${tone}`}>
              <DrillLink to={drill}>{text}</DrillLink>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
