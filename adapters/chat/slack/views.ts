// Windows other than forms: loading, a word to the agent, and the rest of a card's menu.
import type { types } from '@slack/bolt';
import type { ActionId, CardRef } from '../../../src/model/card.ts';
import { moreBlocks, plain } from './buttons.ts';
import { PREFIX } from './ids.ts';
import { LIMITS } from './limits.ts';
import { line, rich, small, words } from './rich.ts';

const INFO = `${PREFIX}info`;

function view(title: string, blocks: types.ModalView['blocks'], metadata = ''): types.ModalView {
  return {
    type: 'modal',
    callback_id: INFO,
    private_metadata: metadata,
    title: plain(title, LIMITS.modal.title),
    close: plain('Close', LIMITS.modal.button),
    blocks,
  };
}

const titleOf = (ref: CardRef | null): string => ref?.ticketId ?? 'Deskhand';

/** Opened at once, since a trigger lives for three seconds; the form takes its place. */
export function loadingView(ref: CardRef | null): types.ModalView {
  return view(titleOf(ref), small('One moment…', 50));
}

/** What there is to say instead of a form. */
export function noticeView(ref: CardRef | null, text: string): types.ModalView {
  return view(titleOf(ref), rich(line([words(text || 'Done.', LIMITS.section)])));
}

/** The rest of a card's menu. `metadata` says where it was opened. */
export function moreView(ref: CardRef, actions: ActionId[], metadata: string): types.ModalView {
  return view(ref.ticketId, moreBlocks(actions, ref), metadata);
}
