// The card behind `/deskhand signals`: what customers wish for, cannot find, ask and report, which accounts fare badly, and what writing first has brought.
import type { Block, Card } from '../model/card.ts';
import { clusterKey } from '../model/cluster.ts';
import type { AccountLine, Ranked } from '../model/dashboard.ts';
import type { OutreachKind } from '../model/outreach.ts';
import { titledCard } from './titled.ts';
import { amount, count, line, monthly } from './words.ts';

export interface SignalsView {
  /** Days that are looked back on. */
  days: number;
  requests: Ranked[];
  friction: Ranked[];
  questions: Ranked[];
  bugs: Ranked[];
  /** Worst first. */
  accounts: Pick<AccountLine, 'account' | 'mrr' | 'health' | 'reasons'>[];
  outreach: { kind: OutreachKind; sent: number; settled: number; replied: number; optedOut: number }[];
}

const KINDS: Record<OutreachKind, string> = {
  payment_failed: 'Failed payment',
  onboarding_stuck: 'Stuck in onboarding',
  repeated_error: 'Repeated error',
  incident: 'Incident',
  renewal_near: 'Renewal near',
};

/** A section without anything to tell is left out; a card without sections says so. */
export function signalsCard(view: SignalsView): Card {
  const sections = [
    ...ranking('Wished for, by companies and what they pay', view.requests),
    ...ranking('Hard to find or use', view.friction),
    ...ranking('Asked by several', view.questions),
    ...ranking('Broken, say several', view.bugs),
    ...howToCorrect(view),
    ...accounts(view),
    ...outreach(view),
  ];
  const nothing: Block = { type: 'text', style: 'muted', text: 'Nothing stands out yet.' };
  return titledCard(`Signals of the last ${view.days} days`, ...(sections.length > 0 ? sections : [nothing]));
}

function ranking(title: string, rows: Ranked[]): Block[] {
  if (rows.length === 0) return [];
  return [
    {
      type: 'fields',
      title,
      fields: rows.map(({ id, title: name, customers, accounts: companies, mrr }) => ({
        label: line(name, 90),
        value: [
          clusterKey(id),
          count(companies, 'company', 'companies'),
          mrr ? monthly(mrr) : '',
          count(customers, 'customer'),
        ]
          .filter(Boolean)
          .join(' · '),
      })),
    },
  ];
}

function howToCorrect({ requests, friction, questions, bugs }: SignalsView): Block[] {
  const [first] = [...requests, ...friction, ...questions, ...bugs];
  if (!first) return [];
  const text = `“/deskhand ticket ${clusterKey(first.id)}” shows who says so, in their words; there it is renamed, merged, split or dismissed.`;
  return [{ type: 'context', text }];
}

function accounts({ accounts: rows }: SignalsView): Block[] {
  if (rows.length === 0) return [];
  return [
    {
      type: 'table',
      columns: ['Account', 'Health', 'Pays', 'Mostly because'],
      rows: rows.map(({ account, health, mrr, reasons }) => [
        line(account, 60),
        String(Math.round(health)),
        mrr ? amount(Math.round(mrr)) : '–',
        line(reasons[0] ?? '–', 120),
      ]),
    },
  ];
}

function outreach({ outreach: rows }: SignalsView): Block[] {
  if (rows.every(({ sent }) => sent === 0)) return [];
  return [
    {
      type: 'table',
      columns: ['Written first', 'Sent', 'Settled', 'Answered', 'Want no more'],
      rows: rows.map(({ kind, sent, settled, replied, optedOut }) => [
        KINDS[kind],
        String(sent),
        String(settled),
        String(replied),
        String(optedOut),
      ]),
    },
  ];
}
