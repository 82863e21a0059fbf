// Queries about customers, their addresses and accounts.
import { and, eq, isNull, ne, or, sql } from 'drizzle-orm';
import type { AccountInput, Customer, CustomerAddress, Usage } from '../../../model/customer.ts';
import type { Db } from '../index.ts';
import { ticket } from '../schema/conversations.ts';
import { account, address, customer, customerEvent } from '../schema/customers.ts';
import { ofCustomer } from './conversations.ts';
import { inserted } from './rows.ts';

/** Domains whose addresses say nothing about the company. */
const PUBLIC_DOMAINS = new Set([
  'gmail.com',
  'googlemail.com',
  'outlook.com',
  'hotmail.com',
  'yahoo.com',
  'icloud.com',
  'proton.me',
  'gmx.de',
  'web.de',
  'orange.fr',
]);

interface AddressKey {
  kind: string;
  value: string;
}

/** Every way of recognising a customer, surest first: another system's id, e-mail, handles. */
function addressKeys(who: CustomerAddress): AddressKey[] {
  return [
    ...(who.externalId ? [{ kind: 'id', value: who.externalId }] : []),
    ...(who.email ? [{ kind: 'email', value: who.email.toLowerCase() }] : []),
    ...Object.entries(who.handles ?? {}).map(([kind, value]) => ({ kind, value })),
  ];
}

export function customerQueries(db: Db) {
  /** Each key with the customer whom it belongs to, if anybody. */
  async function ownersOf(keys: AddressKey[]): Promise<(AddressKey & { owner: number | null })[]> {
    const rows = await db
      .select({ kind: address.kind, value: address.value, customerId: address.customerId })
      .from(address)
      .where(or(...keys.map((key) => and(eq(address.kind, key.kind), eq(address.value, key.value)))));
    return keys.map((key) => ({
      ...key,
      owner: rows.find((row) => row.kind === key.kind && row.value === key.value)?.customerId ?? null,
    }));
  }

  async function findCustomerId(who: CustomerAddress): Promise<number | null> {
    const found = await ownersOf(addressKeys(who));
    return found.find(({ owner }) => owner !== null)?.owner ?? null;
  }

  async function accountOfDomain(email: string | undefined): Promise<number | null> {
    const domain = email?.split('@')[1]?.toLowerCase();
    if (!domain || PUBLIC_DOMAINS.has(domain)) return null;
    const [found] = await db
      .select({ id: account.id })
      .from(account)
      .where(eq(account.domain, domain))
      .limit(1);
    return found?.id ?? null;
  }

  return {
    findCustomerId,

    /**
     * The customer with one of these addresses, or a new one; addresses not seen before are added to them.
     * Call inside a transaction: concurrent calls with a common address wait for each other.
     */
    async ensureCustomer(who: CustomerAddress): Promise<number> {
      const keys = addressKeys(who);
      const names = keys.map((key) => `${key.kind}:${key.value}`).sort();
      for (const name of names)
        await db.execute(sql`select pg_advisory_xact_lock(hashtextextended(${name}, 1))`);
      const found = await ownersOf(keys);
      let customerId = found.find(({ owner }) => owner !== null)?.owner ?? null;
      if (customerId === null) {
        const accountId = await accountOfDomain(who.email);
        const rows = await db
          .insert(customer)
          .values({ name: who.name ?? null, accountId })
          .returning({ id: customer.id });
        customerId = inserted(rows).id;
      } else if (who.name) {
        await db
          .update(customer)
          .set({ name: who.name })
          .where(and(eq(customer.id, customerId), sql`${customer.name} is null`));
      }
      const theirs = customerId;
      const fresh = found.filter(({ owner }) => owner === null);
      if (fresh.length > 0)
        await db
          .insert(address)
          .values(fresh.map(({ kind, value }) => ({ kind, value, customerId: theirs })))
          .onConflictDoNothing();
      return customerId;
    },

    async getCustomer(id: number): Promise<Customer> {
      const email = sql<
        string | null
      >`(select value from address where customer_id = ${id} and kind = 'email' order by id limit 1)`;
      const [row] = await db
        .select({ customer, account, email })
        .from(customer)
        .leftJoin(account, eq(account.id, customer.accountId))
        .where(eq(customer.id, id));
      if (!row) throw new Error(`customer ${id} does not exist`);
      return { ...row.customer, email: row.email, account: row.account };
    },

    /** Every address of a customer, as a channel needs it to reach them. */
    async addressesOf(customerId: number): Promise<CustomerAddress> {
      const rows = await db
        .select({ kind: address.kind, value: address.value })
        .from(address)
        .where(eq(address.customerId, customerId))
        .orderBy(address.id);
      const first = (kind: string) => rows.find((row) => row.kind === kind)?.value;
      const handles = rows.filter((row) => row.kind !== 'id' && row.kind !== 'email');
      return {
        email: first('email'),
        externalId: first('id'),
        handles: Object.fromEntries(handles.map((row) => [row.kind, row.value])),
      };
    },

    /** Creates or completes an account; found by external id, else by domain, else by name. Only given fields change. */
    async upsertAccount(input: Partial<AccountInput>): Promise<number | null> {
      const match = input.externalId
        ? eq(account.externalId, input.externalId)
        : input.domain
          ? eq(account.domain, input.domain)
          : input.name
            ? eq(account.name, input.name)
            : null;
      if (!match) return null;
      const lock = input.externalId ?? input.domain ?? input.name;
      await db.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`account:${lock}`}, 1))`);
      const values = {
        ...input,
        renewalAt: input.renewalAt ? new Date(input.renewalAt) : undefined,
        churnedAt: input.churnedAt ? new Date(input.churnedAt) : undefined,
      };
      const [found] = await db.select({ id: account.id }).from(account).where(match).limit(1);
      if (found) {
        if (Object.values(values).some((value) => value !== undefined))
          await db.update(account).set(values).where(eq(account.id, found.id));
        return found.id;
      }
      const name = input.name ?? input.domain ?? input.externalId;
      if (!name) return null;
      const [created] = await db
        .insert(account)
        .values({ ...values, name })
        .returning({ id: account.id });
      return created?.id ?? null;
    },

    /** Sets what is given and merges `usage` into what is known. */
    async updateCustomer(
      id: number,
      facts: {
        name?: string;
        language?: string;
        title?: string;
        optedOut?: boolean;
        accountId?: number;
        usage?: Usage;
      },
    ): Promise<void> {
      const { usage, ...plain } = facts;
      const merged = usage && { usage: sql`${customer.usage} || ${JSON.stringify(usage)}::jsonb` };
      if (Object.values(facts).some((value) => value !== undefined))
        await db
          .update(customer)
          .set({ ...plain, ...merged })
          .where(eq(customer.id, id));
    },

    /** False when an event of this id was there already. */
    async insertCustomerEvent(event: typeof customerEvent.$inferInsert): Promise<boolean> {
      const rows = await db
        .insert(customerEvent)
        .values(event)
        .onConflictDoNothing()
        .returning({ id: customerEvent.id });
      return rows.length > 0;
    },

    /** The customer's company has left, unless that is known already. */
    async markChurned(customerId: number, at: Date): Promise<void> {
      await db
        .update(account)
        .set({ churnedAt: at })
        .where(
          and(
            isNull(account.churnedAt),
            sql`${account.id} = (select account_id from customer where id = ${customerId})`,
          ),
        );
    },

    /** Newest events first. */
    async recentEvents(customerId: number, limit: number) {
      return db
        .select({ type: customerEvent.type, at: customerEvent.at, data: customerEvent.data })
        .from(customerEvent)
        .where(eq(customerEvent.customerId, customerId))
        .orderBy(sql`${customerEvent.at} desc`)
        .limit(limit);
    },

    /** How much this customer's problems have piled up, without the ticket at hand. */
    async contactCounts(customerId: number, exceptTicket: number, since: Date) {
      const [counts] = await db
        .select({
          openTickets: sql<number>`count(*) filter (where status in ('open', 'awaiting_agent', 'sending', 'snoozed'))::int`,
          last30Days: sql<number>`count(*) filter (where created_at > ${since.toISOString()})::int`,
        })
        .from(ticket)
        .where(and(ofCustomer(customerId), ne(ticket.id, exceptTicket)));
      return counts ?? { openTickets: 0, last30Days: 0 };
    },

    async countCustomers(): Promise<number> {
      return db.$count(customer);
    },
  };
}
