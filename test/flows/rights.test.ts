// Who may do what: by role, by action and by category, and what those who may not are told.
import { describe, expect, it } from 'vitest';
import { yamlSchema } from '../../src/config/schema.ts';
import { findActor, rightRefusal } from '../../src/flows/agents.ts';
import { RIGHTS } from '../../src/model/decision.ts';

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
