// Buttons and the overflow menu of a card, and the list behind the menu's last entry.
import type { types } from '@slack/bolt';
import type { ActionId, Block, CardButton, CardRef, Confirm } from '../../../src/model/card.ts';
import { encodeAction, encodeEntry, encodeMore, encodeRef, FEEDBACK, MENU, MENU_WORDS } from './ids.ts';
import { LIMITS } from './limits.ts';
import type { SlackBlock } from './rich.ts';
import { cutLine } from './text.ts';

/** Entries of the menu's list that ask once more: a menu has no dialogs of its own, and the list has no card. */
const LISTED: Partial<Record<ActionId, Confirm>> = {
  resolve: {
    title: 'Resolve the ticket?',
    text: 'No reply is sent, and the draft is put away.',
    yes: 'Resolve',
  },
};

export function plain(text: string, max: number): types.PlainTextElement {
  return { type: 'plain_text', text: cutLine(text, max), emoji: false };
}

/** A button whose value is the card's reference. */
export function button(
  { id, label, style, confirm }: Pick<CardButton, 'id' | 'label' | 'style' | 'confirm'>,
  ref: CardRef,
): types.Button {
  return {
    type: 'button',
    action_id: encodeAction(id),
    text: plain(label, LIMITS.button.text),
    value: encodeRef(ref),
    ...(style !== 'default' && { style }),
    ...(confirm && {
      confirm: {
        title: plain(confirm.title, LIMITS.button.confirmTitle),
        text: plain(confirm.text, LIMITS.button.confirmText),
        confirm: plain(confirm.yes, LIMITS.button.confirmButton),
        deny: plain('Cancel', LIMITS.button.confirmButton),
      },
    }),
  };
}

/**
 * The buttons of a card and its menu. Slack's overflow menu holds five entries, so the rest of a longer menu is
 * a list in a window behind "More…"; a select would keep showing what was chosen last. What people think of the
 * draft has buttons of its own, except among the `classic` blocks.
 */
export function actionBlocks(
  { buttons, menu: all }: Extract<Block, { type: 'actions' }>,
  ref: CardRef,
  classic: boolean,
): SlackBlock[] {
  const judged = !classic && all.some(({ id }) => id === 'helpful');
  const menu = judged ? all.filter(({ id }) => id !== 'helpful' && id !== 'unhelpful') : all;
  const shown = buttons.slice(0, LIMITS.actionElements - 1);
  const elements: types.ActionsBlockElement[] = shown.map((one) => button(one, ref));
  const entries = [...buttons.slice(shown.length), ...menu];
  if (entries.length > 0) elements.push(overflow(entries, ref));
  return [
    ...(judged ? [feedback(ref)] : []),
    ...(elements.length > 0 ? [{ type: 'actions' as const, elements }] : []),
  ];
}

/** https://docs.slack.dev/reference/block-kit/block-elements/feedback-buttons-element */
function feedback(ref: CardRef): SlackBlock {
  const half = (id: 'helpful' | 'unhelpful') => ({
    text: plain(MENU_WORDS[id], LIMITS.button.text),
    value: encodeEntry(ref, id),
    accessibility_label: MENU_WORDS[id],
  });
  return {
    type: 'context_actions',
    elements: [
      {
        type: 'feedback_buttons',
        action_id: FEEDBACK,
        positive_button: half('helpful'),
        negative_button: half('unhelpful'),
      },
    ],
  };
}

function overflow(entries: CardButton[], ref: CardRef): types.Overflow {
  const most = LIMITS.overflowOptions;
  const front = entries.length > most ? entries.slice(0, most - 1) : entries;
  const rest = entries.slice(front.length).map(({ id }) => id);
  return {
    type: 'overflow',
    action_id: MENU,
    options: [
      ...front.map(({ id, label }) => ({
        text: plain(label, LIMITS.option.text),
        value: encodeEntry(ref, id),
      })),
      ...(rest.length > 0
        ? [{ text: plain('More…', LIMITS.option.text), value: encodeMore(ref, rest) }]
        : []),
    ],
  };
}

/** The rest of a card's menu, one button each, for a window. */
export function moreBlocks(actions: ActionId[], ref: CardRef): SlackBlock[] {
  return actions.slice(0, LIMITS.modal.blocks).map((id) => ({
    type: 'actions',
    elements: [button({ id, label: MENU_WORDS[id], style: 'default', confirm: LISTED[id] }, ref)],
  }));
}
