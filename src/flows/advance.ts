// Brings one ticket up to date: understand and draft what is new, then have it shown. Runs on every wake-up, and finds nothing to do when all is done.
import type { TicketRow } from '../infra/db/queries/conversations.ts';
import { errorText } from '../model/errors.ts';
import type { FlowDeps } from './deps.ts';
import { mayAnnounce, placeCards } from './place-cards.ts';
import { scoreAgain } from './prioritise.ts';
import { keepClocks } from './service-clocks.ts';
import { understand } from './understand.ts';

/** A draft that takes longer than this is announced on the card. */
const ANNOUNCE_AFTER_MS = 1_500;
/** Tries at understanding before the ticket goes to a person without a draft. */
const TRIES = 3;
/** Pause before another try; doubles with each. */
const BACKOFF_MS = 2_000;
/** Looks at a ticket in one go: one under fire gives way to others then, and the sweeper comes back to it. */
const ROUNDS = 8;

/**
 * Does the outstanding work of one ticket, alone among all processes. False when another process holds it:
 * that process, or the sweeper, will see the change.
 */
export async function advance(deps: FlowDeps, ticketId: number): Promise<boolean> {
  const done = await deps.withTicket(ticketId, async () => {
    let isFresh = false;
    for (let round = 0; round < ROUNDS; round++) {
      const ticket = await deps.store.getTicket(ticketId);
      if (!ticket) break;
      if (ticket.inboundSeq <= ticket.draftedSeq) {
        await showWhatIsKnown(deps, ticket, isFresh);
        break;
      }
      try {
        await draftAnnounced(deps, ticket);
        isFresh = true;
      } catch (error) {
        if (!(await giveUpOrWait(deps, ticket, error))) throw error;
      }
    }
    return true;
  });
  return done ?? false;
}

/** Understands and drafts; a draft that takes long is announced on the card meanwhile. */
async function draftAnnounced(deps: FlowDeps, ticket: TicketRow): Promise<void> {
  let announced: Promise<unknown> | null = null;
  const timer = setTimeout(() => {
    announced = announceDraft(deps, ticket).catch((error: unknown) =>
      deps.log.warn(
        { ticketId: ticket.id, reason: errorText(error) },
        'the work on a draft was not announced',
      ),
    );
  }, ANNOUNCE_AFTER_MS);
  try {
    const sendAfter = await timed(deps, 'understand', () => understand(deps, ticket));
    if (sendAfter) await deps.wake.outbox(sendAfter);
  } finally {
    clearTimeout(timer);
    await announced;
  }
}

/** `isFresh`: its score has just been made. */
async function showWhatIsKnown(deps: FlowDeps, ticket: TicketRow, isFresh: boolean): Promise<void> {
  if (ticket.rev > ticket.presentedRev) {
    const customer = await deps.store.getCustomer(ticket.customerId);
    const scored = isFresh ? ticket : await scoreAgain(deps, ticket, customer);
    await keepClocks(deps, scored, customer);
    await placeCards(deps, scored, customer);
  }
  if (ticket.draftedSeq > ticket.clusteredSeq) await deps.wake.clusters();
}

async function announceDraft(deps: FlowDeps, ticket: TicketRow): Promise<void> {
  const customer = await deps.store.getCustomer(ticket.customerId);
  if (await mayAnnounce(deps, ticket, customer)) await placeCards(deps, ticket, customer);
}

/** Times one step for the figures. */
export async function timed<T>(
  { metrics }: Pick<FlowDeps, 'metrics'>,
  step: string,
  work: () => Promise<T>,
): Promise<T> {
  const started = performance.now();
  try {
    return await work();
  } finally {
    metrics.observe('step', (performance.now() - started) / 1_000, { step });
  }
}

/** After a few tries the ticket goes to people without a draft; true when that has happened. */
async function giveUpOrWait(deps: FlowDeps, ticket: TicketRow, error: unknown): Promise<boolean> {
  const ticketId = ticket.id;
  const failures = ticket.failures + 1;
  deps.log.error({ ticketId, failures, reason: errorText(error) }, 'ticket could not be understood');
  if (failures < TRIES) {
    const retryAt = new Date(deps.clock.now().getTime() + BACKOFF_MS * 2 ** failures);
    await deps.store.updateTicketQuietly(ticketId, { failures, retryAt });
    return false;
  }
  await deps.store.transaction(async (tx) => {
    const current = await tx.lockTicket(ticketId);
    await tx.updateTicket(ticketId, {
      ...(current?.status === 'open' && { status: 'awaiting_agent' }),
      draftedSeq: ticket.inboundSeq,
      failures,
      failure: `No draft could be made: ${errorText(error)}`,
    });
  });
  return true;
}
