// A ticket: one problem inside a conversation, with a life of its own.
import { z } from 'zod';
import type { Analysis } from './analysis.ts';
import { kindSchema } from './analysis.ts';
import { accountInputSchema, customerAddressSchema } from './customer.ts';

export const STATUSES = [
  'open',
  'awaiting_agent',
  'sending',
  'awaiting_customer',
  'snoozed',
  'resolved',
] as const;
export type TicketStatus = (typeof STATUSES)[number];

export const PRIORITIES = ['P1', 'P2', 'P3', 'P4'] as const;
export const priorityLevelSchema = z.enum(PRIORITIES);
export type PriorityLevel = z.infer<typeof priorityLevelSchema>;

export const prioritySchema = z.object({
  level: priorityLevelSchema,
  /** 0–100. */
  score: z.number().min(0).max(100),
  /** What made the score, strongest first; `text` is for people ("renews in 9 days"). */
  factors: z.array(z.object({ name: z.string(), points: z.number(), text: z.string() })),
});
export type Priority = z.infer<typeof prioritySchema>;

export type Resolution = 'confirmed' | 'assumed' | 'rejected';
export type RepliedBy = 'auto' | 'assisted' | 'agent';

export interface Ticket {
  id: number;
  conversationId: number;
  customerId: number;
  status: TicketStatus;
  subject: string | null;
  channel: string;
  category: string | null;
  priority: Priority | null;
  /** The agent who has set its level; null: it is that of the score. */
  priorityBy: string | null;
  analysis: Analysis | null;
  /** The agent who took it; the bot no longer speaks by itself then. */
  assignee: string | null;
  escalatedTo: string | null;
  /** Agents who said that they are reading it (👀), in the order in which they began. */
  looking: string[];
  resolution: Resolution | null;
  repliedBy: RepliedBy | null;
  snoozedUntil: Date | null;
  /** Why there is no draft, in words; null when all went well. */
  failure: string | null;
  /** When the first answer is due. */
  dueAt: Date | null;
  createdAt: Date;
  firstResponseAt: Date | null;
  resolvedAt: Date | null;
  reopenedAt: Date | null;
}

/** Nobody needs to know any more who else reads it. */
export function answeredOrTaken({ assignee, status }: Partial<Pick<Ticket, 'assignee' | 'status'>>): boolean {
  return Boolean(assignee) || status === 'sending' || status === 'awaiting_customer' || status === 'resolved';
}

/** `1042` -> `T-1042`, the id that people see. */
export function ticketKey(id: number): string {
  return `T-${id}`;
}

/** `T-1042` (or `1042`, any case) -> 1042; null when it is not a ticket id. */
export function parseTicketKey(key: string): number | null {
  const match = /^(?:t-)?(\d{1,9})$/i.exec(key.trim());
  return match ? Number(match[1]) : null;
}

const isoTime = z.iso.datetime({ offset: true });

/** One line of `deskhand import tickets FILE`: a ticket of the past. */
export const ticketImportSchema = z.strictObject({
  id: z.string().trim().min(1).max(200),
  channel: z.string().trim().min(1).max(50),
  customer: customerAddressSchema,
  account: accountInputSchema.optional(),
  subject: z.string().max(1000).optional(),
  text: z.string().min(1),
  createdAt: isoTime,
  category: z.string().max(100).optional(),
  kind: kindSchema.optional(),
  priority: priorityLevelSchema.optional(),
  reply: z.string().optional(),
  repliedBy: z.enum(['auto', 'assisted', 'agent']).optional(),
  repliedAt: isoTime.optional(),
  resolvedAt: isoTime.optional(),
  reopened: z.boolean().optional(),
  csat: z.number().int().min(1).max(5).optional(),
  escalated: z.boolean().optional(),
  churnedAt: isoTime.optional(),
});
export type TicketImport = z.infer<typeof ticketImportSchema>;
