// Which buttons and menu entries a ticket's card offers in each state.
import type { ActionId, CardButton, Confirm } from '../model/card.ts';
import type { TicketView } from '../model/view.ts';
import type { CardState } from './state.ts';

type Style = CardButton['style'];

function button(id: ActionId, label: string, style: Style = 'default'): CardButton {
  return { id, label, style };
}

const SEND_AGAIN: Confirm = {
  title: 'Send it again?',
  text: 'If the first one did arrive, the customer may get the reply twice.',
  yes: 'Send again',
};
const MARK_SENT: Confirm = {
  title: 'Did it arrive?',
  text: 'Nothing is sent any more: the ticket goes on as if the customer has this reply.',
  yes: 'It arrived',
};

const approve = (style: Style = 'primary') => button('approve', 'Approve & send', style);
const edit = (label = 'Edit', style: Style = 'default') => button('form:edit', label, style);
const macro = button('form:macro', 'Answer with a macro…');
const escalate = (style: Style = 'default') => button('form:escalate', 'Escalate', style);

function primaryButtons(state: CardState): CardButton[] {
  switch (state.kind) {
    case 'received':
      return [edit('Write reply', state.working ? 'default' : 'primary'), escalate()];
    case 'spam':
      return [button('form:reject', 'Close as spam', 'primary'), edit('Write reply')];
    case 'suggest':
      return state.ownText
        ? [approve(), edit(), button('undo', 'Drop this text')]
        : [approve(), edit(), escalate()];
    case 'doubtful':
      return [edit('Edit', 'primary'), approve('default'), escalate()];
    case 'observe':
      return [edit('Write reply', 'primary'), approve('default'), escalate()];
    case 'unanswerable':
      return [edit('Complete the reply', 'primary'), escalate()];
    case 'escalated':
      return [
        edit('Reply', 'primary'),
        ...(state.answerable ? [approve('default')] : []),
        button('form:escalate', 'Escalate again'),
      ];
    case 'stale':
      return [escalate()];
    case 'sending':
      return [button('undo', 'Undo')];
    case 'failed':
      return [button('retry', 'Retry', 'primary'), edit(), escalate()];
    case 'unknown':
      return [
        { ...button('retry', 'Send again'), confirm: SEND_AGAIN },
        { ...button('resolve', 'Mark as sent', 'primary'), confirm: MARK_SENT },
      ];
    case 'snoozed':
      return state.answerable ? [approve('default'), edit()] : [edit('Reply')];
    case 'sent':
    case 'resolved':
      return [];
  }
}

/** The bot's own draft stands there to be judged. */
function isJudged(state: CardState): boolean {
  return (
    (state.kind === 'suggest' && !state.ownText) || ['doubtful', 'observe', 'escalated'].includes(state.kind)
  );
}

/** The buttons of a state, and everything else one can do in the menu. */
export function buttonsOf(
  state: CardState,
  { ticket, offers }: Pick<TicketView, 'ticket' | 'offers'>,
): { buttons: CardButton[]; menu: CardButton[] } {
  const over = state.kind === 'resolved';
  const pending = !over && state.kind !== 'sending' && state.kind !== 'sent';
  // Whose it is and when; what it is; closing it; what the bot should learn; more to read.
  const buttons = primaryButtons(state);
  // Where no reply stands there, a ready one is next to writing it.
  const bare = state.kind === 'unanswerable' || (state.kind === 'received' && !state.working);
  const withMacro = offers.macros && pending && state.kind !== 'spam' && macro;
  if (withMacro && bare) buttons.splice(1, 0, withMacro);
  const menu: (CardButton | false)[] = [
    over && button('undo', 'Reopen'),
    !bare && withMacro,
    pending &&
      (ticket.assignee ? button('release', `Release (${ticket.assignee} has it)`) : button('take', 'Take')),
    !over && button('form:assign', 'Assign…'),
    pending && button('form:snooze', 'Snooze…'),
    button('form:note', 'Add note…'),
    button('form:reclassify', 'Wrong category…'),
    !over && button('form:prioritise', 'Change priority…'),
    button('form:link', 'Link or report bug…'),
    !over && state.kind !== 'sending' && state.kind !== 'unknown' && button('resolve', 'Resolve'),
    pending && button('form:reject', 'No reply needed…'),
    isJudged(state) && button('helpful', 'Helpful draft'),
    isJudged(state) && button('unhelpful', 'Unhelpful draft'),
    button('form:flag', 'Flag a mistake…'),
    button('show', 'Show everything'),
  ];
  return { buttons, menu: menu.filter((b) => b !== false) };
}
