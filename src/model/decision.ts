// Decisions: what an agent, or the policy, did with a ticket.
import { z } from 'zod';
import { priorityLevelSchema } from './ticket.ts';

const reply = z.string().trim().min(1, 'the reply is empty').max(20_000, 'at most 20,000 characters');
const note = z.string().trim().min(1).max(10_000);
const who = z.string().trim().min(1).max(320);

export const decisionSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('approve'), then: z.enum(['keep', 'resolve']).optional() }),
  /** Sends `text` instead of the draft. */
  z.strictObject({ kind: z.literal('edit'), text: reply, then: z.enum(['keep', 'resolve']).optional() }),
  z.strictObject({
    kind: z.literal('escalate'),
    to: who,
    reason: note,
    priority: priorityLevelSchema.optional(),
  }),
  z.strictObject({ kind: z.literal('take') }),
  z.strictObject({ kind: z.literal('assign'), to: who }),
  z.strictObject({ kind: z.literal('release') }),
  z.strictObject({ kind: z.literal('snooze'), until: z.iso.datetime({ offset: true }) }),
  z.strictObject({ kind: z.literal('reclassify'), category: z.string().min(1).max(100) }),
  z.strictObject({ kind: z.literal('prioritise'), priority: priorityLevelSchema }),
  /** Links a bug: an issue's URL, or free words for one reported elsewhere. */
  z.strictObject({ kind: z.literal('link'), issue: z.string().trim().min(1).max(2000) }),
  z.strictObject({ kind: z.literal('flag'), reason: note }),
  z.strictObject({ kind: z.literal('note'), text: note }),
  z.strictObject({ kind: z.literal('resolve') }),
  z.strictObject({ kind: z.literal('reject'), reason: z.enum(['spam', 'no_reply_needed']) }),
  z.strictObject({ kind: z.literal('retry') }),
  z.strictObject({ kind: z.literal('undo') }),
]);
export type Decision = z.infer<typeof decisionSchema>;
export type DecisionKind = Decision['kind'];

/** A decision as it is kept: who, when, on which draft version. */
export interface DecisionRecord {
  id: number;
  ticketId: number;
  draftVersion: number | null;
  kind: DecisionKind;
  decision: Decision;
  /** Agent's name, or "Deskhand" for the policy. */
  by: string;
  at: Date;
  undoneAt: Date | null;
}

/**
 * What a role may be needed for: each kind of decision, `create` (tickets made of messages), `mode` (of categories),
 * and what cards about several tickets offer: `cluster` (say what is one bug), `issue` (of a tracker), `alert`
 * (answer one) and `publish` (articles). A message to several customers takes `approve`, `edit` or `reject`.
 */
export type Right = DecisionKind | (typeof OTHER_RIGHTS)[number];
const OTHER_RIGHTS = ['create', 'mode', 'cluster', 'issue', 'alert', 'publish'] as const;
export const RIGHTS: readonly Right[] = [
  ...decisionSchema.options.flatMap((option) => [...option.shape.kind.values]),
  ...OTHER_RIGHTS,
];

export const ROLES = ['viewer', 'agent', 'lead', 'admin'] as const;
export const roleSchema = z.enum(ROLES);
export type Role = z.infer<typeof roleSchema>;
