// Buttons and forms of cards that are not about a ticket: which flow answers for which kind of card.
import type { CardRef } from '../model/card.ts';
import type { ActionReply, AgentRef, Intent } from '../model/platform.ts';
import { type Actor, refusal } from './agents.ts';
import { actOnAlert } from './alerts.ts';
import { notice } from './answers.ts';
import { clusterAct } from './cluster-acts.ts';
import type { FlowDeps } from './deps.ts';
import { actOnIssue } from './issue.ts';
import { actOnProposal } from './proposal.ts';

/** C: a cluster, P: a proposed message to customers, A: an alert about an account or the product, I: an issue of the built-in tracker. */
type SubjectKind = 'C' | 'P' | 'A' | 'I';

export interface Subject {
  kind: SubjectKind;
  id: number;
  /** Of what the card showed when it was pressed. */
  version: number;
}

/** What somebody who may act did on such a card. */
export interface SubjectAction extends Omit<Subject, 'kind'> {
  intent: Intent;
  agent: AgentRef;
  actor: Actor;
}

type SubjectFlow = (deps: FlowDeps, action: SubjectAction) => Promise<ActionReply>;

const FLOWS: Record<SubjectKind, SubjectFlow> = {
  C: clusterAct,
  P: actOnProposal,
  A: actOnAlert,
  I: actOnIssue,
};

/** Null for a ticket's card, and for none. */
export function subjectOf(ref: CardRef | null): Subject | null {
  const match = /^([CPAI])-(\d{1,12})$/.exec(ref?.ticketId ?? '');
  const kind = (['C', 'P', 'A', 'I'] as const).find((letter) => letter === match?.[1]);
  return kind && ref ? { kind, id: Number(match?.[2]), version: ref.draftVersion } : null;
}

/** Hands the action to the flow of that kind of card. Strangers and viewers are refused in words. */
export async function actOnSubject(
  deps: FlowDeps,
  { kind, actor, ...rest }: Subject & { intent: Intent; agent: AgentRef; actor: Actor | null },
): Promise<ActionReply> {
  const refused = refusal(actor, 'thread');
  if (refused || !actor) return notice(refused ?? '', false);
  return FLOWS[kind](deps, { actor, ...rest });
}
