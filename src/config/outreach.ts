// The part of config/deskhand.yaml about writing to customers first, and about warnings to our own people.
import { z } from 'zod';
import { modeSchema } from '../model/draft.ts';
import { OUTREACH_KINDS } from '../model/outreach.ts';

const days = (most: number) => z.number().int().min(1).max(most);

/** `clockTime` is the field that the rest of the configuration uses, too. */
export function outreachSchema(clockTime: z.ZodString) {
  return z
    .strictObject({
      mode: modeSchema
        .default('suggest')
        .describe('observe only notes, suggest proposes on a card, auto sends once approvals have earned it'),
      events: z
        .partialRecord(z.enum(OUTREACH_KINDS), modeSchema.or(z.literal('off')))
        .default({})
        .describe('Another mode for single reasons to write; off ignores them'),
      perCustomerDays: days(365)
        .default(7)
        .describe('A customer gets at most one such message in so many days'),
      quietHours: z
        .strictObject({ from: clockTime, to: clockTime })
        .refine(({ from, to }) => from !== to, { path: ['to'], error: 'another time than "from"' })
        .or(z.literal(false))
        .default({ from: '20:00', to: '08:00' })
        .describe('What is approved then leaves when they end; false: at any time'),
      onboardingDays: days(90)
        .default(3)
        .describe('Days after signed_up without onboarded that count as stuck'),
      errorTimes: z
        .number()
        .int()
        .min(2)
        .max(1_000)
        .default(3)
        .describe('The same error so often within a day is a reason to write'),
      renewalDays: days(180)
        .default(30)
        .describe('Days before a renewal in which an open problem is a reason to write'),
    })
    .prefault({});
}

export const alertsSchema = z
  .strictObject({
    everyDays: days(365).default(14).describe('One warning per account and reason in so many days'),
    atRisk: z
      .number()
      .min(0)
      .max(100)
      .default(50)
      .describe(
        'Health, 0 to 100, under which an account is at risk: warned of, and so called in digest and dashboard',
      ),
    churned: z
      .number()
      .int()
      .min(5)
      .max(10_000)
      .default(20)
      .describe('Accounts that must have left before anything is learned from them'),
    gap: z
      .number()
      .int()
      .min(2)
      .max(1_000)
      .default(3)
      .describe('Customers who ask what no article answers before one is drafted'),
  })
  .prefault({});
