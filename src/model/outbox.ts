// The outbox: replies committed for sending.

/**
 * queued -> sending -> sent | failed | unknown. `cancelled` from queued only (undo, or the customer wrote
 * again). `unknown`: it may or may not have left; it holds back later rows of its conversation.
 */
export type OutboxStatus = 'queued' | 'sending' | 'sent' | 'failed' | 'unknown' | 'cancelled';
