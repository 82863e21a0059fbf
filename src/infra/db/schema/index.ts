// The whole database schema, by area.
export * from './clusters.ts';
export * from './conversations.ts';
export * from './customers.ts';
export * from './day-figures.ts';
export * from './feedback.ts';
export * from './learning.ts';
export * from './model-calls.ts';
export * from './outreach.ts';
export * from './service-levels.ts';
export * from './tracking.ts';
export * from './work.ts';
