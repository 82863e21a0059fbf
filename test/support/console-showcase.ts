// A morning of made-up tickets in all states, for looking at the console.
import type { TicketView } from '../../src/model/view.ts';
import type { ConsoleFixture } from './console-fixture.ts';
import { aDecision, aDraft, aMessage, anAnalysis, anOutbox, aTicket, aView } from './ticket-views.ts';

function at(now: Date, minutes: number): Date {
  return new Date(now.getTime() + minutes * 60_000);
}

/** One ticket of every kind, as if they came within the last hour. */
export async function addShowcase(fixture: ConsoleFixture, now = new Date()): Promise<void> {
  for (const view of showcase(now)) await fixture.add({ ...view, now });
}

function customer(name: string, account: string, plan: string): TicketView['customer'] {
  const base = aView().customer;
  return {
    ...base,
    name,
    email: `${name.split(' ')[0]?.toLowerCase()}@example.com`,
    account: base.account && { ...base.account, name: account, plan },
  };
}

export function showcase(now: Date): TicketView[] {
  const base = aView();
  return [
    aView({
      ticket: aTicket({
        id: 1036,
        status: 'awaiting_customer',
        priority: { level: 'P4', score: 12, factors: [] },
        dueAt: null,
        analysis: anAnalysis({ summary: 'Asks where past invoices can be downloaded' }),
      }),
      customer: customer('Tom Pickering', 'Northgate Lifts Ltd', 'Enterprise'),
      messages: [
        aMessage({ author: 'Tom Pickering', text: 'Where do I download past invoices?', at: at(now, -64) }),
      ],
      draft: aDraft({
        confidence: 0.97,
        text: 'Hi Tom,\n\nEvery invoice is under Settings → Billing → Documents. Pick the months you need and press Download.\n\nBest regards,\nDeskhand for Crewlane',
      }),
      outbox: anOutbox({ status: 'sent', by: 'Deskhand', sentAt: at(now, -63) }),
      context: [],
      similarCount: 0,
    }),
    aView({
      ticket: aTicket({
        id: 1038,
        category: 'exports/csv',
        priority: {
          level: 'P3',
          score: 41,
          factors: [{ name: 'q', points: 10, text: 'blocks the monthly report' }],
        },
        dueAt: at(now, 200),
        analysis: anAnalysis({ summary: 'The CSV export misses the column with the technician' }),
      }),
      customer: customer('Ingrid Solheim', 'Fjordvent AS', 'Team'),
      messages: [
        aMessage({
          author: 'Ingrid Solheim',
          channel: 'livechat',
          at: at(now, -48),
          text: 'hi, exported jobs for last month and the technician column is gone?? it was there in jan',
        }),
      ],
      draft: aDraft({
        answerable: false,
        confidence: 0.22,
        sources: [],
        text: 'Hi Ingrid,\n\nThank you for telling us. A colleague is looking into the missing technician column and will come back to you today.\n\nBest regards,\nCrewlane Support',
        reasons: [
          { effect: 'down', text: 'No article or solved ticket speaks of this column' },
          { effect: 'down', text: 'Looks like a new bug' },
        ],
        routing: { ...aDraft().routing, route: 'escalate', reviewsUntilAuto: null },
      }),
      context: [{ source: 'stripe', facts: [], error: 'no answer within 2 seconds' }],
      similarCount: 0,
    }),
    aView({
      ticket: aTicket({
        id: 1039,
        category: 'calendar/sync',
        priority: {
          level: 'P1',
          score: 93,
          factors: [
            { name: 'blocked', points: 40, text: 'says their work stands still' },
            { name: 'renewal', points: 25, text: 'renews in 9 days' },
            { name: 'tone', points: 20, text: 'third contact this week, angry' },
          ],
        },
        dueAt: at(now, -4),
        escalatedTo: 'engineering',
        analysis: anAnalysis({
          summary: 'Calendar sync has been down since 8:50, forty technicians have no schedule',
          frustration: 0.9,
        }),
      }),
      customer: customer('Rosalind Achterberg', 'Brightwater Facilities', 'Enterprise'),
      messages: [
        aMessage({
          author: 'Rosalind Achterberg',
          at: at(now, -41),
          text: 'This is the THIRD time this month. Calendar sync stopped at ten to nine and forty of my people are sitting in vans without a schedule.\n\nI want a phone call from somebody who can fix it, not another article.',
        }),
        aMessage({
          id: 2,
          seq: 2,
          author: 'Rosalind Achterberg',
          at: at(now, -33),
          text: 'Still nothing. Error is SYNC-5031 if that helps.',
          attachments: [
            {
              id: 1,
              name: 'sync-error.png',
              contentType: 'image/png',
              size: 81_000,
              url: null,
              omitted: null,
            },
          ],
        }),
      ],
      draft: aDraft({
        basedOnSeq: 2,
        confidence: 0.48,
        text: 'Dear Rosalind,\n\nI am sorry. You are right to be angry: this is the third interruption this month and it stopped your whole team.\n\nOur engineers see SYNC-5031 and are working on it now. I will call you at 11:00 with what we know, whatever the state is then.\n\nAna Lindqvist, Crewlane',
        reasons: [
          { effect: 'down', text: 'Very frustrated, and near renewal' },
          { effect: 'up', text: 'Six others report the same code' },
        ],
      }),
      decisions: [
        aDecision(
          { kind: 'escalate', to: 'engineering', reason: 'SYNC-5031 again, six accounts; she wants a call' },
          { by: 'Bruno Costa', at: at(now, -20) },
        ),
      ],
    }),
    aView({
      ticket: aTicket({
        id: 1040,
        status: 'resolved',
        resolution: 'confirmed',
        resolvedAt: at(now, -15),
        category: 'api/webhooks',
        priority: { level: 'P3', score: 30, factors: [] },
        analysis: anAnalysis({ summary: 'How to verify the signature of a webhook' }),
      }),
      customer: customer('Sam Whitlock', 'Lumen Solar', 'Team'),
      messages: [
        aMessage({
          author: 'Sam Whitlock',
          channel: 'api',
          at: at(now, -38),
          text: 'How do I verify the X-Crewlane-Signature header? My HMAC never matches.',
        }),
      ],
      draft: aDraft({
        text: 'Hi Sam,\n\nSign the raw body, not the parsed JSON: frameworks reorder keys. There is a Node example under Developers → Webhooks.\n\nAna',
      }),
      decisions: [
        aDecision(
          {
            kind: 'edit',
            text: 'Hi Sam,\n\nSign the raw body, not the parsed JSON: frameworks reorder keys and the HMAC changes. With Express, use express.raw() on that route.\n\nAna',
          },
          { by: 'Ana Lindqvist', at: at(now, -30) },
        ),
      ],
      outbox: anOutbox({ status: 'sent', by: 'Ana Lindqvist', sentAt: at(now, -29) }),
      context: [],
    }),
    aView({
      ticket: aTicket({
        id: 1041,
        status: 'awaiting_customer',
        priority: { level: 'P3', score: 35, factors: [] },
        category: 'billing/payment-failed',
        analysis: anAnalysis({ summary: 'Card was declined twice, asks whether to wait for the retry' }),
      }),
      customer: customer('Élodie Marchand', 'Atelier Marchand', 'Starter'),
      messages: [
        aMessage({
          author: 'Élodie Marchand',
          at: at(now, -26),
          text: 'Bonjour, ma carte a été refusée deux fois ce matin. Dois-je attendre la prochaine tentative ou payer autrement ?',
        }),
      ],
      draft: aDraft({
        language: 'fr',
        text: 'Bonjour Élodie,\n\nInutile d’attendre : vous pouvez changer de carte dans Réglages → Facturation. La tentative suivante part aussitôt.\n\nBien à vous,\nAna',
      }),
      decisions: [
        aDecision(
          {
            kind: 'edit',
            text: 'Bonjour Élodie,\n\nInutile d’attendre : changez de carte dans Réglages → Facturation et la tentative suivante part aussitôt. Je reste joignable si la banque refuse encore.\n\nBien à vous,\nAna',
          },
          { by: 'Ana Lindqvist', at: at(now, -21) },
        ),
      ],
      outbox: anOutbox({ status: 'sent', by: 'Ana Lindqvist', sentAt: at(now, -20) }),
      context: [],
      similarCount: 2,
    }),
    { ...base, ticket: aTicket({ dueAt: at(now, 75) }), messages: [aMessage({ at: at(now, -12) })] },
    aView({
      ticket: aTicket({
        id: 1043,
        category: null,
        priority: null,
        analysis: null,
        dueAt: null,
        subject: null,
      }),
      customer: { ...customer('Visitor 7', 'x', 'x'), account: null },
      messages: [
        aMessage({
          author: 'Visitor 7',
          channel: 'livechat',
          at: at(now, -1),
          text: 'can i move jobs between crews without losing the photos',
        }),
      ],
      draft: null,
      context: [],
      similarCount: 0,
      working: true,
    }),
  ];
}
