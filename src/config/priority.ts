// The part of config/deskhand.yaml that says what makes a ticket important, and how far history may change it.
import { z } from 'zod';
import { DEFAULT_RULES } from '../model/priority.ts';

const { weights: w, thresholds } = DEFAULT_RULES;
const raises = z.number().min(0).max(100);
const lowers = z.number().min(-100).max(0);
const score = z.number().min(0).max(100);

const weightsSchema = z.strictObject({
  base: raises.default(w.base).describe('What every ticket starts with'),
  urgency: raises.default(w.urgency).describe('Urgent by their words'),
  blocked: raises.default(w.blocked).describe('Their work stands still'),
  deadline: raises.default(w.deadline).describe('They name a time limit'),
  frustration: raises.default(w.frustration),
  bug: raises.default(w.bug).describe('Reports a fault'),
  security: raises.default(w.security).describe('A security matter'),
  repeated: raises.default(w.repeated).describe('Tried several times'),
  churn: raises.default(w.churn).describe('Speaks of leaving'),
  revenue: raises.default(w.revenue),
  renewal: raises.default(w.renewal).describe('Renews within 45 days'),
  contacts: raises.default(w.contacts).describe('Wrote often in the last 30 days'),
  openTickets: raises.default(w.openTickets).describe('Other tickets of theirs are open'),
  incident: raises.default(w.incident).describe('An incident of their account is open'),
  cluster: raises.default(w.cluster).describe('Others report the same fault'),
  timeLeft: raises.default(w.timeLeft).describe('Little of the promised time is left'),
  featureRequest: lowers.default(w.featureRequest),
  spam: lowers.default(w.spam),
  thanks: lowers.default(w.thanks).describe('Only says thanks'),
  churned: lowers.default(w.churned).describe('The account has left'),
  plans: z
    .record(z.string().min(1).max(100).toLowerCase(), raises)
    .default({ ...w.plans })
    .describe('By plan; one that is not named adds nothing'),
});

export const prioritySchema = z
  .strictObject({
    weights: weightsSchema.prefault({}).describe('Points of each signal at full strength'),
    thresholds: z
      .strictObject({
        P1: score.default(thresholds.P1),
        P2: score.default(thresholds.P2),
        P3: score.default(thresholds.P3),
      })
      .refine(({ P1, P2, P3 }) => P1 > P2 && P2 > P3, 'P1 above P2, and P2 above P3')
      .prefault({})
      .describe('Least score of each priority, of 100'),
    learn: z
      .strictObject({
        enabled: z.boolean().default(true),
        maxShift: z
          .number()
          .min(0)
          .max(50)
          .default(6)
          .describe('Points by which history may move a weight at most'),
      })
      .prefault({})
      .describe('Learns from escalations, priorities that agents raised, reopenings and accounts that left'),
  })
  .prefault({});
