// Cards of clusters, proposals, alerts, issues and bursts, and forms with choices, on every platform: within the limits, no id or button lost, nothing acts.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderForm as discordForm } from '../../../adapters/chat/discord/forms.ts';
import { renderCard as discordCard, renderNotification } from '../../../adapters/chat/discord/render.ts';
import { renderForm as slackForm } from '../../../adapters/chat/slack/forms.ts';
import { renderCard as slackCard } from '../../../adapters/chat/slack/render.ts';
import { renderForm as teamsForm } from '../../../adapters/chat/teams/forms.ts';
import { bytesOf, LIMITS } from '../../../adapters/chat/teams/limits.ts';
import { renderCard as teamsCard } from '../../../adapters/chat/teams/render.ts';
import type { Card } from '../../../src/model/card.ts';
import { actionsOf, PATIENCE, RUNS, runsOf } from '../../contracts/chat-cards.ts';
import { anyChoicesForm, anySubjectCard } from '../../contracts/chat-subjects.ts';
import { actionsOn, readCard, wordsOn } from '../../support/adaptive-schema.ts';
import * as slack from '../../support/block-kit.ts';
import * as discord from '../../support/discord-limits.ts';
import { nameOf } from '../../support/teams-people.ts';

const V2 = 1 << 15;

/** What people call it by; bursts go by what they are about. */
const keyOn = ({ ref }: Card): string => (ref && !ref.ticketId.startsWith('B-') ? ref.ticketId : '');

/** `check` holds for any card. */
const always = (check: (card: Card) => void) =>
  fc.assert(fc.property(anySubjectCard, check), { numRuns: runsOf(1_500) });

describe('cards that are not about a ticket', PATIENCE, () => {
  it('on Slack', () => {
    always((card) => {
      const { text, blocks } = slackCard(card);
      const json = JSON.stringify(blocks);
      expect(slack.messageFaults(blocks)).toEqual([]);
      expect(json).not.toMatch(/"type":"(mrkdwn|markdown|user|usergroup|broadcast|channel)"/);
      expect(text).not.toMatch(/^$|<[^>]*>/);
      const key = keyOn(card);
      if (key) expect(json).toContain(`"text":"${key}"`);
      for (const id of actionsOf(card)) expect(json).toContain(id);
    });
  });

  it('on Discord', () => {
    always((card) => {
      const { components, files } = discordCard(card);
      const leaves = discord.flatten(components);
      const texts = leaves.flatMap(({ content }) => content ?? []);
      const names = files.map(({ name }) => name);
      expect(discord.messageFaults({ flags: V2, components }, names)).toEqual([]);
      expect(texts.flatMap(discord.activeParts)).toEqual([]);
      expect(discord.activeParts(renderNotification(card))).toEqual([]);
      expect(texts.map(discord.readMarkdown).join('\n')).toContain(keyOn(card));
      const json = JSON.stringify(components);
      for (const id of actionsOf(card)) expect(json).toContain(id);
    });
  });

  it('on Teams', () => {
    always((card) => {
      const { card: json, summary } = teamsCard(card);
      const read = readCard(JSON.parse(JSON.stringify(json)));
      if (!read.ok) throw new Error(read.fault);
      expect(bytesOf(json)).toBeLessThanOrEqual(LIMITS.cardBytes);
      expect(summary.length).toBeLessThanOrEqual(LIMITS.summary);
      // What stands in an input is a person's to change, and names nobody without an entity.
      expect(wordsOn(read.card)).not.toMatch(/<at[ >]/);
      expect(json.msteams?.entities).toBeUndefined();
      expect(wordsOn(read.card)).toContain(keyOn(card));
      expect(actionsOn(read.card).map(nameOf).toSorted()).toEqual(actionsOf(card).toSorted());
    });
  });
});

describe('forms of which several options may be chosen', PATIENCE, () => {
  it('are within the limits everywhere, and keep every option', () => {
    fc.assert(
      fc.property(anyChoicesForm, (form) => {
        const [field] = form.fields;
        const values = field?.type === 'choices' ? field.options.map(({ value }) => value) : [];
        const onSlack = slackForm(form, { channel: 'C1', message: '1.1' });
        expect(slack.viewFaults(onSlack)).toEqual([]);
        const onDiscord = discordForm(form, { people: {} });
        expect(discord.modalFaults(onDiscord)).toEqual([]);
        const onTeams = teamsForm(form, 'dialog');
        const read = readCard(JSON.parse(JSON.stringify(onTeams)));
        if (!read.ok) throw new Error(read.fault);
        expect(bytesOf(onTeams)).toBeLessThanOrEqual(LIMITS.cardBytes);
        for (const drawn of [onSlack, onDiscord])
          for (const value of values) expect(JSON.stringify(drawn)).toContain(`"value":"${value}"`);
      }),
      { numRuns: RUNS },
    );
  });
});
