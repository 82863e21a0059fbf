// Answers to agents that several flows give.
import type { ActionReply } from '../model/platform.ts';

/** A private line to whoever acted; `ok`: what they wanted was done. */
export const notice = (text: string, ok: boolean): ActionReply => ({ kind: 'notice', text, ok });

/** To a button that the card at hand does not have. */
export const wrongButton = () => notice('That button belongs to another kind of card.', false);

/** To a form that the card at hand does not have. */
export const wrongForm = () => notice('That form belongs to another kind of card.', false);

/** To an act on a card whose content is no longer what the agent saw. */
export const changedMeanwhile = () =>
  notice('Somebody changed this meanwhile; please look at the card again.', false);
