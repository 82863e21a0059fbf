// Buttons and forms of cards that are not about a ticket: which flow answers for which kind of card.
import type { CardRef } from '../model/card.ts';
import type { ActionReply, AgentRef, Intent } from '../model/platform.ts';
import type { Actor } from './agents.ts';
import { actOnAlert } from './alerts.ts';
import { notice, wrongButton } from './answers.ts';
import { clusterAct } from './cluster-acts.ts';
import type { FlowDeps } from './deps.ts';
import { actOnIssue } from './issue.ts';
import { actOnProposal } from './proposal.ts';
import { subjectRefusal } from './subject-rights.ts';
import { wordsInBurst, wordsUnder } from './thread-words.ts';

/**
 * C: a cluster, P: a proposed message to customers, A: an alert about an account or the product, I: an issue of the
 * built-in tracker, B: a burst, whose card has no buttons.
 */
const KINDS = ['C', 'P', 'A', 'I', 'B'] as const;
type SubjectKind = (typeof KINDS)[number];

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
  B: async () => wrongButton(),
};

/** Null for a ticket's card, and for none. */
export function subjectOf(ref: CardRef | null): Subject | null {
  const match = /^([A-Z])-(\d{1,12})$/.exec(ref?.ticketId ?? '');
  const kind = KINDS.find((letter) => letter === match?.[1]);
  return kind && ref ? { kind, id: Number(match?.[2]), version: ref.draftVersion } : null;
}

/** Hands the action to the flow of that kind of card. Who may not is refused in words. */
export async function actOnSubject(
  deps: FlowDeps,
  { kind, actor, ...rest }: Subject & { intent: Intent; agent: AgentRef; actor: Actor | null },
): Promise<ActionReply> {
  const { intent, agent, id } = rest;
  if (intent.type === 'thread') {
    const words = { ...intent, actor, agent };
    return kind === 'B' ? wordsInBurst(deps, id, words) : wordsUnder(`${kind}-${id}`, words);
  }
  const refused = await subjectRefusal(deps, actor, intent, { kind, id });
  if (refused || !actor) return notice(refused ?? '', false);
  return FLOWS[kind](deps, { actor, ...rest });
}
