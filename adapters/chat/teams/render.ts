// Card -> what Teams shows: the shared Adaptive Card, with forms as dialogs and the edit form within the card.
import { toAdaptive } from '../../../src/cards/adaptive.ts';
import type { Card, CardButton, Form } from '../../../src/model/card.ts';
import type { AdaptiveElement, TeamsAction, TeamsCard, TeamsElement } from './card-json.ts';
import { renderInputs, rewritesOf, submitOf } from './forms.ts';
import { bytesOf, LIMITS } from './limits.ts';
import type { PictureUrls } from './pictures.ts';

/** A card and the line that a notification shows. */
export interface Content {
  card: TeamsCard;
  summary: string;
}

type SharedAction = Extract<AdaptiveElement, { type: 'ActionSet' }>['actions'][number];

/** Draws a card within Teams' size. A form that came with its button opens inside the card as long as it has room. */
export function renderCard(card: Card, pictures?: PictureUrls): Content {
  const shared = toAdaptive(card, { imageUrl: (png) => pictures?.get(png) ?? null, dots: true });
  const forms = new Map(
    card.blocks
      .flatMap((block): CardButton[] => (block.type === 'actions' ? [...block.buttons, ...block.menu] : []))
      .flatMap(({ id, form }): [string, Form][] => (form ? [[id, form]] : [])),
  );
  const draw = (inside: Map<string, Form>): TeamsCard => ({
    ...shared,
    body: shared.body.map(
      (element): TeamsElement =>
        element.type === 'ActionSet'
          ? { ...element, actions: element.actions.map((action) => drawAction(action, inside)) }
          : onOneLine(element),
    ),
    msteams: { width: 'Full' },
  });
  const whole = draw(forms);
  return {
    card: bytesOf(whole) <= LIMITS.cardBytes ? whole : draw(new Map()),
    summary: shared.fallbackText.slice(0, LIMITS.summary),
  };
}

/** Most characters of facts that share one line. */
const LINE = 110;

/** A few short facts side by side: on Teams' narrow cards every line counts. */
function onOneLine(element: AdaptiveElement): AdaptiveElement {
  if (element.type !== 'Container' || !/^p\d+-fields$/.test(element.id ?? '')) return element;
  const lines = element.items.map((item) => (item.type === 'RichTextBlock' ? item.inlines : []));
  const length = lines.flat().reduce((sum, { text }) => sum + text.length, 0);
  if (lines.length < 2 || length > LINE || lines.some((line) => line.length !== 2)) return element;
  const inlines = lines.flatMap((line, n) =>
    n === 0 ? line : [{ type: 'TextRun' as const, text: '  ·  ', isSubtle: true }, ...line],
  );
  return { ...element, items: [{ type: 'RichTextBlock', inlines }] };
}

/** Plain words as a card, since text messages of Teams read Markdown and drop braces. */
export function renderText(text: string): Content {
  return renderCard({
    tone: 'neutral',
    fallback: text,
    ref: null,
    blocks: [{ type: 'text', style: 'body', text }],
  });
}

function drawAction(action: SharedAction, forms: Map<string, Form>): TeamsAction {
  const { title, style, mode, data } = action;
  if (!data.action.startsWith('form:')) return action;
  const dialog: TeamsAction = {
    type: 'Action.Submit',
    title,
    style,
    mode,
    data: { msteams: { type: 'task/fetch' }, ...data },
  };
  const form = forms.get(data.action);
  if (!form) return dialog;
  const submit = submitOf(form);
  return {
    type: 'Action.ShowCard',
    id: data.action,
    title,
    style,
    mode,
    card: {
      type: 'AdaptiveCard',
      body: renderInputs(form),
      // Teams fills all buttons of a card within a card alike, so beside the one that sends there is only a menu.
      actions: [
        {
          type: 'Action.Execute',
          title: submit.title,
          verb: submit.data.action,
          style: 'positive',
          data: submit.data,
        },
        ...rewritesOf(form, 'Action.Execute').map(
          (rewrite): TeamsAction => ({ ...rewrite, title: `Rewrite: ${rewrite.title}`, mode: 'secondary' }),
        ),
        { ...dialog, title: 'Open in a window', style: 'default', mode: 'secondary' },
      ],
    },
  };
}
