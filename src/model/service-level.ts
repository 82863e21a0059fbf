// Service levels: by when a ticket is to be answered and solved, and what is known of each such promise.
import type { Promised } from './service-promise.ts';
import type { PriorityLevel } from './ticket.ts';

export const SERVICE_TARGETS = ['first_answer', 'resolution'] as const;
export type ServiceTarget = (typeof SERVICE_TARGETS)[number];

/** What people call a target in a sentence. */
export const TARGET_WORDS: Record<ServiceTarget, string> = {
  first_answer: 'first answer',
  resolution: 'resolution',
};

/** Promises in figures: what people call several, and the status by which the tickets behind each are found. */
export const PROMISES = {
  first_answer: { many: 'First answers', due: 'due', late: 'late', overdue: 'overdue' },
  resolution: {
    many: 'Resolutions',
    due: 'resolution_due',
    late: 'resolution_late',
    overdue: 'resolution_overdue',
  },
} as const;

type Weekday = 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun';

/** When people are at work, on the clocks of an IANA zone. Times are `09:00`, the end of a day `24:00`. */
export interface OpeningHours {
  timeZone: string;
  /** Each day's hours in order; a day that is missing is closed. */
  week: Partial<Record<Weekday, readonly { from: string; to: string }[]>>;
}

/** A time that was promised. */
export interface ServicePromise {
  /** In milliseconds of business time. */
  limitMs: number;
  /** Counted in business hours; else round the clock. */
  businessHours: boolean;
}

/** What is promised to some plans, or to all; times in milliseconds. */
export interface ServiceRule extends Partial<Record<PriorityLevel, Promised | undefined>> {
  plan?: string[] | undefined;
}

/** How one promise of a ticket stands. */
export interface ServiceClock extends ServicePromise {
  ticketId: number;
  target: ServiceTarget;
  dueAt: Date;
  /** When its channel is to be warned, and when the escalation path. */
  warnAt: Date;
  escalateAt: Date;
  /** Time that had passed when the promise became as strict as it is: it counts again once the promise is less strict. */
  earlierMs: number;
  /** Since when it stands still: the ticket waits for the customer, or is resolved. */
  pausedAt: Date | null;
  warnedAt: Date | null;
  escalatedAt: Date | null;
  /** The promise was broken: when it had been due. */
  breachedAt: Date | null;
}

/** What a card says of the promise that comes next. */
export interface DueView {
  target: ServiceTarget;
  at: Date;
  /** Little time is left, or none. */
  pressing: boolean;
}
