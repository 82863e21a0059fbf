// Every named query, bound to a connection pool or to one transaction.
import type { Db } from '../index.ts';
import { calibrationQueries } from './calibration.ts';
import { cardQueries } from './cards.ts';
import { categoryQueries } from './categories.ts';
import { clusterCorrectionQueries } from './cluster-corrections.ts';
import { clusterQueries } from './clusters.ts';
import { conversationQueries } from './conversations.ts';
import { customerQueries } from './customers.ts';
import { dashboardQueries } from './dashboard.ts';
import { dayFigureQueries } from './day-figures.ts';
import { digestQueries } from './digest.ts';
import { feedbackQueries } from './feedback.ts';
import { figureQueries } from './figures.ts';
import { gapQueries } from './gaps.ts';
import { learningQueries } from './learning.ts';
import { modelCallQueries } from './model-calls.ts';
import { outreachQueries } from './outreach.ts';
import { proposalQueries } from './proposals.ts';
import { reasonQueries } from './reasons-to-write.ts';
import { serviceLevelQueries } from './service-levels.ts';
import { signalQueries } from './signals.ts';
import { trackingQueries } from './tracking.ts';
import { workQueries } from './work.ts';

function bind(db: Db) {
  return {
    ...customerQueries(db),
    ...conversationQueries(db),
    ...clusterQueries(db),
    ...clusterCorrectionQueries(db),
    ...workQueries(db),
    ...cardQueries(db),
    ...categoryQueries(db),
    ...learningQueries(db),
    ...calibrationQueries(db),
    ...feedbackQueries(db),
    ...figureQueries(db),
    ...dayFigureQueries(db),
    ...digestQueries(db),
    ...dashboardQueries(db),
    ...modelCallQueries(db),
    ...outreachQueries(db),
    ...proposalQueries(db),
    ...reasonQueries(db),
    ...serviceLevelQueries(db),
    ...gapQueries(db),
    ...signalQueries(db),
    ...trackingQueries(db),
  };
}

export type Queries = ReturnType<typeof bind>;

export interface Store extends Queries {
  /** Runs `work` in one transaction; every query of it must go through the handle it is given. */
  transaction<T>(work: (tx: Queries) => Promise<T>): Promise<T>;
}

/** The queries of a workspace's database; `db` stays the caller's to close. */
export function createStore(db: Db): Store {
  return { ...bind(db), transaction: (work) => db.transaction((tx) => work(bind(tx))) };
}
