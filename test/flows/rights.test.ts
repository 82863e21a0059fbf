// Who may do what: by role, by action and by category, and what those who may not are told.
import { afterEach, describe, expect, it } from 'vitest';
import { yamlSchema } from '../../src/config/schema.ts';
import { act } from '../../src/flows/actions.ts';
import { findActor, rightRefusal } from '../../src/flows/agents.ts';
import { RIGHTS } from '../../src/model/decision.ts';
import type { Intent } from '../../src/model/platform.ts';
import { openWorkspace, type Workspace } from '../support/workspace.ts';

const AGENTS = [
  { name: 'Ada', email: 'ada@team.example', role: 'admin' },
  { name: 'Ana', email: 'ana@team.example', role: 'lead', categories: ['billing'] },
  { name: 'Ben', email: 'ben@team.example', categories: ['reports/exports'] },
  { name: 'Vera', email: 'vera@team.example', role: 'viewer' },
];

/** What `who` is told; null when they may. */
function told(who: string, right: (typeof RIGHTS)[number], category: string | null, rights = {}) {
  const team = yamlSchema.parse({ agents: AGENTS, rights });
  const actor = findActor(team.agents, { platform: 'console', userId: `${who}@team.example` });
  return rightRefusal(team, actor, right, category);
}

describe('without settings', () => {
  it('agents may do everything on tickets, and only leads and admins change modes', () => {
    for (const right of RIGHTS) expect(told('ben', right, null) === null).toBe(right !== 'mode');
    expect(told('ana', 'mode', 'billing/refund')).toBeNull();
    expect(told('ada', 'mode', null)).toBeNull();
  });

  it('viewers and strangers may do nothing', () => {
    for (const right of RIGHTS) {
      expect(told('vera', right, null)).toContain('Your role is "viewer"');
      expect(told('nobody', right, null)).toContain('not in the list of agents');
    }
  });

  it('with nobody listed everybody may', () => {
    const team = yamlSchema.parse({});
    const you = findActor(team.agents, { platform: 'slack', userId: 'U1', name: 'You' });
    for (const right of RIGHTS) expect(rightRefusal(team, you, right, 'billing/refund')).toBeNull();
  });
});

describe('by category', () => {
  it.each([
    ['ben', 'approve', 'reports/exports', true],
    ['ben', 'approve', 'reports/other', false],
    ['ben', 'approve', 'reports', false],
    ['ana', 'resolve', 'billing/refund', true],
    ['ana', 'resolve', 'billing', true],
    ['ana', 'resolve', 'billing-old/refund', false],
    ['ada', 'resolve', 'billing/refund', true],
    ['ben', 'note', 'billing/refund', true],
    ['ben', 'take', null, true],
  ] as const)('%s, %s, %s: %s', (who, right, category, may) => {
    expect(told(who, right, category) === null).toBe(may);
  });

  it('names who may', () => {
    expect(told('ben', 'approve', 'billing/refund')).toBe(
      'You act on reports/exports; to approve replies of billing/refund is for others. Ask Ada or Ana.',
    );
  });
});

describe('by action', () => {
  it('the least role, with the names of those who have it', () => {
    const rights = { approve: 'lead', reject: 'admin' };
    expect(told('ben', 'approve', 'reports/exports', rights)).toBe(
      'To approve replies takes the role "lead", and yours is "agent". Ask Ada.',
    );
    expect(told('ana', 'reject', null, rights)).toContain('takes the role "admin"');
    expect(told('ana', 'approve', 'billing/refund', rights)).toBeNull();
  });

  it('agents may be let set modes', () => {
    expect(told('ben', 'mode', 'reports/exports', { mode: 'agent' })).toBeNull();
  });

  it.each([
    [{ approv: 'lead' }, /approv/],
    [{ approve: 'boss' }, /admin/],
    [{ approve: 'viewer' }, /admin/],
  ])('%j is a fault of the configuration', (rights, words) => {
    const parsed = yamlSchema.safeParse({ rights });
    expect(parsed.success).toBe(false);
    expect(JSON.stringify(parsed.error?.issues)).toMatch(words);
  });
});

describe('on cards about several tickets', () => {
  const TEAM = [
    { name: 'Ada', email: 'ada@team.example', role: 'admin' },
    { name: 'Ben', email: 'ben@team.example', role: 'agent' },
  ];
  let desk: Workspace;
  afterEach(() => desk.close());

  /** What Ben is told for this on the card of `key`. */
  async function told(key: string, intent: Intent): Promise<string> {
    const agent = { platform: 'console', userId: 'ben@team.example' };
    const reply = await act(desk.deps, { ref: { ticketId: key, draftVersion: 1 }, agent, intent });
    return reply.kind === 'notice' ? reply.text : reply.kind;
  }

  it.each<[key: string, right: string, Intent]>([
    ['P-1', 'approve', { type: 'act', act: 'send_all' }],
    ['P-1', 'edit', { type: 'submit', form: 'edit_message', values: {} }],
    ['P-1', 'edit', { type: 'open_form', form: 'choose' }],
    ['P-1', 'reject', { type: 'act', act: 'dismiss' }],
    ['C-1', 'cluster', { type: 'act', act: 'not_bug' }],
    ['C-1', 'cluster', { type: 'submit', form: 'merge', values: {} }],
    ['C-1', 'issue', { type: 'act', act: 'create_issue' }],
    ['C-1', 'issue', { type: 'open_form', form: 'link_issue' }],
    ['I-1', 'issue', { type: 'act', act: 'close_fixed' }],
    ['A-1', 'alert', { type: 'act', act: 'false_alarm' }],
    ['A-1', 'publish', { type: 'act', act: 'publish' }],
    ['A-1', 'publish', { type: 'open_form', form: 'edit_article' }],
  ])('%s takes the right %s: %j', async (key, right, intent) => {
    desk = await openWorkspace({ agents: TEAM, rights: { [right]: 'lead' } });
    expect(await told(key, intent)).toMatch(/takes the role "lead", and yours is "agent". Ask Ada\./);
    // No other right stands in the way.
    const others = RIGHTS.filter((one) => one !== right).map((one) => [one, 'admin'] as const);
    desk.deps.settings = yamlSchema.parse({ agents: TEAM, rights: Object.fromEntries(others) });
    expect(await told(key, intent)).not.toContain('takes the role');
  });

  it('categories: all of their tickets must be within them', async () => {
    const agents = TEAM.map((one) => (one.name === 'Ben' ? { ...one, categories: ['billing'] } : one));
    desk = await openWorkspace({ agents });
    const propose = async (key: string, ...categories: string[]) => {
      const recipients = [];
      for (const [n, category] of categories.entries()) {
        const customer = { email: `${key}${n}@acme.example` };
        const { ticketId } = await desk.write('Please send me the invoice', { customer });
        const ticket = ticketId === null ? null : await desk.store.getTicket(ticketId);
        if (!ticket) throw new Error('no ticket');
        await desk.store.updateTicketQuietly(ticket.id, { category });
        const { customerId } = ticket;
        recipients.push({ customerId, ticketId, language: 'en', about: '', state: 'ready' as const });
      }
      const texts = { en: 'Hello' };
      const createdAt = desk.clock.now();
      const row = { kind: 'fixed' as const, key, title: key, reason: 'fixed', texts, createdAt };
      return `P-${(await desk.store.insertProposal(row, recipients))?.id}`;
    };
    const mixed = await propose('mixed', 'billing/refund', 'reports/exports');
    expect(await told(mixed, { type: 'act', act: 'send_all' })).toBe(
      'You act on billing; to approve replies of reports/exports is for others. Ask Ada.',
    );
    expect(await desk.store.getProposal(1)).toMatchObject({ status: 'open' });
    const own = await propose('own', 'billing/refund', 'billing/invoice-copy');
    expect(await told(own, { type: 'act', act: 'send_all' })).toBe('card');
    expect(await desk.store.getProposal(2)).toMatchObject({ status: 'sent', decidedBy: 'Ben' });
  });
});
