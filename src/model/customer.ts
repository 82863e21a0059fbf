// Customers, their addresses and accounts, and the facts that other systems tell about them.
import { z } from 'zod';

const isoDate = z.iso.date().or(z.iso.datetime({ offset: true }));

const addressFields = {
  email: z.email().max(320).optional(),
  name: z.string().trim().min(1).max(200).optional(),
  externalId: z.string().trim().min(1).max(200).optional(),
  /** Handle by channel, e.g. `{ livechat: "visitor-81" }`. */
  handles: z.record(z.string().max(50), z.string().trim().min(1).max(200)).optional(),
};
const isRecognised = ({ email, externalId, handles = {} }: z.infer<z.ZodObject<typeof addressFields>>) =>
  Boolean(email ?? externalId ?? Object.keys(handles)[0]);
const NEEDED = { message: 'needs at least one of email, externalId, handles' };

/** How a customer is reached or recognised: an e-mail address, a handle on a channel, an id of another system. */
export const customerAddressSchema = z.strictObject(addressFields).refine(isRecognised, NEEDED);
export type CustomerAddress = z.infer<typeof customerAddressSchema>;

export const usageSchema = z.record(
  z.string().max(100),
  z.union([z.string().max(500), z.number(), z.boolean(), z.null()]),
);
/** Product usage as flat facts: `{ jobsLast30d: 120, apiUsed: false }`. */
export type Usage = z.infer<typeof usageSchema>;

export const accountInputSchema = z.strictObject({
  externalId: z.string().trim().min(1).max(200).optional(),
  name: z.string().trim().min(1).max(200),
  domain: z.string().trim().toLowerCase().max(253).optional(),
  plan: z.string().trim().min(1).max(100).optional(),
  /** Monthly recurring revenue, in the workspace's currency. */
  mrr: z.number().min(0).optional(),
  renewalAt: isoDate.optional(),
  seats: z.number().int().min(0).optional(),
  /** E-mail of the person on our side who looks after the account. */
  owner: z.string().max(320).optional(),
  churnedAt: isoDate.optional(),
});
export type AccountInput = z.infer<typeof accountInputSchema>;

/** One line of `deskhand import customers FILE`. */
export const customerImportSchema = z
  .strictObject({
    ...addressFields,
    language: z.string().min(2).max(10).optional(),
    title: z.string().max(200).optional(),
    optedOut: z.boolean().optional(),
    account: accountInputSchema.optional(),
    usage: usageSchema.optional(),
  })
  .refine(isRecognised, NEEDED);
export type CustomerImport = z.infer<typeof customerImportSchema>;

/** Body of `POST /api/events`: a fact about a customer or account from any system. */
export const customerEventSchema = z.strictObject({
  /** The sender's own id of it: told again under the same id, it is taken once. */
  id: z.string().trim().min(1).max(200).optional(),
  customer: customerAddressSchema,
  account: accountInputSchema.partial().optional(),
  /** e.g. plan_changed, payment_failed, feature_used, renewal_set, incident. */
  type: z.string().trim().min(1).max(100),
  at: isoDate.optional(),
  /** Flat facts; `usage` names are merged into the customer's usage. */
  data: usageSchema.default({}),
});
export type CustomerEvent = z.infer<typeof customerEventSchema>;

export interface Account {
  id: number;
  externalId: string | null;
  name: string;
  domain: string | null;
  plan: string | null;
  mrr: number | null;
  renewalAt: Date | null;
  seats: number | null;
  owner: string | null;
  churnedAt: Date | null;
}

export interface Customer {
  id: number;
  name: string | null;
  email: string | null;
  language: string | null;
  title: string | null;
  optedOut: boolean;
  usage: Usage;
  account: Account | null;
}

/** What a context source says about a customer: short labelled facts, or why it could not say. */
export interface ContextFacts {
  source: string;
  facts: { label: string; value: string }[];
  error?: string;
}
