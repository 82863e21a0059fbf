// Queries about the categories of tickets: those that a card is about which is not about one ticket, and those that are no topic.
import { and, count, desc, eq, isNotNull, notInArray } from 'drizzle-orm';
import type { Db } from '../index.ts';
import { clusterMember } from '../schema/clusters.ts';
import { ticket } from '../schema/conversations.ts';
import { proposalRecipient } from '../schema/tracking.ts';

export function categoryQueries(db: Db) {
  return {
    /** Categories of tickets besides these, with how many have them, the most frequent first. */
    otherCategories: (known: string[]): Promise<{ category: string | null; tickets: number }[]> =>
      db
        .select({ category: ticket.category, tickets: count() })
        .from(ticket)
        .where(notInArray(ticket.category, known))
        .groupBy(ticket.category)
        .orderBy(desc(count())),

    /** Of the tickets with a report of it. */
    async categoriesOfCluster(clusterId: number): Promise<string[]> {
      const rows = await db
        .selectDistinct({ category: ticket.category })
        .from(clusterMember)
        .innerJoin(ticket, eq(ticket.id, clusterMember.ticketId))
        .where(and(eq(clusterMember.clusterId, clusterId), isNotNull(ticket.category)));
      return rows.flatMap(({ category }) => category ?? []);
    },

    /** Of the tickets that its messages answer; those that open one of their own have none yet. */
    async categoriesOfProposal(proposalId: number): Promise<string[]> {
      const rows = await db
        .selectDistinct({ category: ticket.category })
        .from(proposalRecipient)
        .innerJoin(ticket, eq(ticket.id, proposalRecipient.ticketId))
        .where(and(eq(proposalRecipient.proposalId, proposalId), isNotNull(ticket.category)));
      return rows.flatMap(({ category }) => category ?? []);
    },
  };
}
