// Forms: prefilled, and what they ask for is what the decision takes.
import { describe, expect, it } from 'vitest';
import { snoozePresets, ticketForm } from '../../src/cards/forms.ts';
import { DECISION_FORMS } from '../../src/model/card.ts';
import { decisionSchema } from '../../src/model/decision.ts';
import type { TicketView } from '../../src/model/view.ts';
import { aDecision, aView, NOW } from '../support/ticket-views.ts';

const directory = {
  agents: [{ name: 'Ana', email: 'ana@example.com' }],
  teams: ['billing'],
  categories: [
    { id: 'a', name: 'Zebra' },
    { id: 'billing/payment-failed', name: 'Failed payments' },
  ],
  timeZone: 'Europe/Paris',
  now: NOW,
};

describe('ticketForm', () => {
  it.each(DECISION_FORMS)('%s: filled in, its fields make a valid decision', (id) => {
    const form = ticketForm(id, aView(), directory);
    const values = form.fields.map((field) => {
      const choice = 'options' in field ? field.options.find((o) => o.value !== '')?.value : undefined;
      const preset = field.type === 'datetime' ? field.presets[0]?.value : undefined;
      return [field.id, field.value || choice || preset || 'words'];
    });
    expect(decisionSchema.safeParse({ kind: id, ...Object.fromEntries(values) })).toMatchObject({
      success: true,
    });
  });

  it('edit begins with the whole draft, however long', () => {
    const long = 'line\n'.repeat(2000).trim();
    const view = aView();
    const form = ticketForm(
      'edit',
      { ...view, draft: view.draft && { ...view.draft, text: long } },
      directory,
    );
    expect(form.fields[0]?.value).toBe(long);
  });

  it('edit begins with what an agent wrote last', () => {
    const view = aView({ decisions: [aDecision({ kind: 'edit', text: 'Better words' })] });
    expect(ticketForm('edit', view, directory).fields[0]?.value).toBe('Better words');
  });

  it('edit offers the rewrites that the engine can do, and none to speak of while it starts', () => {
    const offered = (over: Partial<TicketView>) => ticketForm('edit', aView(over), directory).rewrites;
    expect(offered({ offers: { rewrites: ['Shorter', 'Friendlier'], macros: false } })).toEqual([
      'Shorter',
      'Friendlier',
    ]);
    expect(offered({ offers: { rewrites: [], macros: false } })).toBeUndefined();
    expect(offered({ draft: null })).toBeUndefined();
  });

  it('likely categories come first', () => {
    const [field] = ticketForm('reclassify', aView(), directory).fields;
    expect(field?.type === 'select' && field.options[0]?.label).toBe('Failed payments');
  });
});

describe('snooze presets', () => {
  it('lie ahead, at nine in the team’s zone', () => {
    expect(snoozePresets({ now: NOW, timeZone: 'Europe/Paris' })).toEqual([
      { value: '2026-03-02T10:30:00.000Z', label: 'In an hour · 11:30' },
      { value: '2026-03-02T14:00:00.000Z', label: 'This afternoon · 15:00' },
      { value: '2026-03-03T08:00:00.000Z', label: 'Tomorrow morning · Tue 09:00' },
      { value: '2026-03-09T08:00:00.000Z', label: 'Next Monday · 9 Mar 09:00' },
    ]);
  });

  it('are still at nine when summer time begins in between', () => {
    const saturday = new Date('2026-03-28T12:00:00Z');
    const last = snoozePresets({ now: saturday, timeZone: 'Europe/Paris' }).at(-1);
    expect(last).toEqual({ value: '2026-03-30T07:00:00.000Z', label: 'Next Monday · Mon 09:00' });
  });

  it('on a Sunday say tomorrow once', () => {
    const sunday = new Date('2026-03-01T18:00:00Z');
    expect(snoozePresets({ now: sunday, timeZone: 'America/New_York' }).map((p) => p.label)).toEqual([
      'In an hour · 14:00',
      'This afternoon · 15:00',
      'Tomorrow morning · Mon 09:00',
    ]);
  });
});
