// Queries about what people have said of clusters: a problem does not belong there, two are not the same.
import { and, eq, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Db } from '../index.ts';
import { clusterApart, clusterRefusal } from '../schema/clusters.ts';
import { clusterFamily } from './tracking.ts';

export function clusterCorrectionQueries(db: Db) {
  return {
    async refuseCluster(row: typeof clusterRefusal.$inferInsert): Promise<void> {
      await db.insert(clusterRefusal).values(row).onConflictDoNothing();
    },

    async refusedClusters(messageId: number, part: number): Promise<number[]> {
      const rows = await db
        .select({ id: clusterRefusal.clusterId })
        .from(clusterRefusal)
        .where(and(eq(clusterRefusal.messageId, messageId), eq(clusterRefusal.part, part)));
      return rows.map(({ id }) => id);
    },

    async keepApart(a: number, b: number, by: string, at: Date): Promise<void> {
      await db
        .insert(clusterApart)
        .values({ low: Math.min(a, b), high: Math.max(a, b), by, at })
        .onConflictDoNothing();
    },

    /** Merging by hand takes back that two clusters were said to be different. */
    async allowTogether(a: number, b: number): Promise<void> {
      await db
        .delete(clusterApart)
        .where(and(eq(clusterApart.low, Math.min(a, b)), eq(clusterApart.high, Math.max(a, b))));
    },

    /** Clusters that people said are not this one, each by its present id. */
    async apartFrom(clusterId: number): Promise<number[]> {
      const { rows } = await db.execute(sql`
        with recursive other as (
          select case when low in ${clusterFamily(clusterId)} then high else low end as id from cluster_apart
          where low in ${clusterFamily(clusterId)} or high in ${clusterFamily(clusterId)}
          union select c.merged_into from cluster c join other o on c.id = o.id where c.merged_into is not null
        ) select id::float8 as id from other`);
      return z
        .array(z.object({ id: z.number() }))
        .parse(rows)
        .map(({ id }) => id);
    },
  };
}
