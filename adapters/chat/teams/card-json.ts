// Adaptive Card JSON as Teams gets it: the shared elements plus inputs, dialogs and cards within cards.
import type { AdaptiveCardJson } from '../../../src/cards/adaptive.ts';
import type { CardRef } from '../../../src/model/card.ts';

export type AdaptiveElement = AdaptiveCardJson['body'][number];

interface InputBase {
  id: string;
  label: string;
  isRequired: boolean;
  errorMessage?: string;
  value?: string;
}

export type InputElement = InputBase &
  (
    | { type: 'Input.Text'; isMultiline: boolean; maxLength: number }
    | {
        type: 'Input.ChoiceSet';
        isMultiSelect?: boolean;
        style: 'compact' | 'expanded' | 'filtered';
        choices: { title: string; value: string }[];
        /** More to choose from, found while one types; the values are Entra object ids. */
        'choices.data'?: { type: 'Data.Query'; dataset: string };
        placeholder?: string;
      }
    | { type: 'Input.Date' }
    | { type: 'Input.Time' }
  );

export type FormElement =
  | Exclude<AdaptiveElement, { type: 'ActionSet' }>
  | InputElement
  | { type: 'ActionSet'; id?: string; actions: TeamsAction[] };

interface ActionBase {
  title: string;
  style?: 'default' | 'positive' | 'destructive';
  mode?: 'primary' | 'secondary';
  /** Sent without what stands in the inputs. */
  associatedInputs?: 'none';
}

interface PressData {
  action: string;
  ref: CardRef | null;
  /** The form's. */
  origin?: string;
}

export type TeamsAction = ActionBase &
  (
    | { type: 'Action.Execute'; verb: string; data: PressData }
    /** With `task/fetch` it opens a dialog, in a dialog it sends it. */
    | { type: 'Action.Submit'; data: PressData & { msteams?: { type: 'task/fetch' } } }
    | {
        type: 'Action.ShowCard';
        id: string;
        card: { type: 'AdaptiveCard'; body: FormElement[]; actions: TeamsAction[] };
      }
  );

export type TeamsElement =
  | FormElement
  /** Reads Markdown and mentions, so only mentions stand in one. */
  | { type: 'TextBlock'; text: string; wrap: true };

export interface TeamsCard {
  type: 'AdaptiveCard';
  $schema: string;
  version: '1.5';
  fallbackText: string;
  speak?: string;
  body: TeamsElement[];
  actions?: TeamsAction[];
  msteams?: { width: 'Full'; entities?: TeamsMention[] };
}

/** `text` is found in a text of the card and becomes the mention. */
interface TeamsMention {
  type: 'mention';
  text: string;
  mentioned: { id: string; name: string };
}
