// Slack's documented limits on blocks and views, as a check of everything that is posted to the double.

type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const array = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** Where a message's JSON was refused as too long: slackapi/bolt-js#2509. */
const TOTAL = 13_000;

const MODAL_BLOCKS = [
  'actions',
  'alert',
  'context',
  'divider',
  'header',
  'image',
  'input',
  'rich_text',
  'section',
];
const MESSAGE_BLOCKS = [
  'actions',
  'alert',
  'context',
  'context_actions',
  'divider',
  'header',
  'image',
  'markdown',
  'rich_text',
  'section',
  'table',
];

/** What is wrong with the blocks of a message; empty when Slack would take them. */
export function messageFaults(blocks: unknown): string[] {
  const faults = blockFaults(blocks, MESSAGE_BLOCKS, 50);
  const size = JSON.stringify(blocks).length;
  if (size > TOTAL) faults.push(`msg_blocks_too_long: ${size} characters`);
  if (array(blocks).filter((block) => isObject(block) && block.type === 'table').length > 1)
    faults.push('only one table');
  return faults;
}

/** What is wrong with a Home tab. */
export function homeFaults(view: unknown): string[] {
  if (!isObject(view) || view.type !== 'home') return ['no home view'];
  return blockFaults(
    view.blocks,
    MODAL_BLOCKS.filter((type) => type !== 'alert'),
    100,
  );
}

/** What is wrong with a modal. */
export function viewFaults(view: unknown): string[] {
  if (!isObject(view)) return ['no view'];
  const faults = blockFaults(view.blocks, MODAL_BLOCKS, 100);
  const say = collector(faults, 'view');
  if (view.type !== 'modal') say('type', 'is not modal');
  text(view.title, 24, say, 'title');
  if (view.close !== undefined) text(view.close, 24, say, 'close');
  if (view.submit !== undefined) text(view.submit, 24, say, 'submit');
  const inputs = array(view.blocks).some((block) => isObject(block) && block.type === 'input');
  if (inputs && view.submit === undefined) say('submit', 'is missing beside inputs');
  limit(view.private_metadata, 3_000, say, 'private_metadata');
  limit(view.callback_id, 255, say, 'callback_id');
  return faults;
}

type Say = (path: string, what: string) => void;

function collector(faults: string[], prefix: string): Say {
  return (path, what) => void faults.push(`${prefix}.${path} ${what}`);
}

function blockFaults(blocks: unknown, allowed: string[], most: number): string[] {
  const faults: string[] = [];
  if (!Array.isArray(blocks) || blocks.length === 0) return ['blocks are missing'];
  if (blocks.length > most) faults.push(`${blocks.length} blocks, at most ${most}`);
  const ids = new Set<string>();
  for (const [n, block] of blocks.entries()) {
    const say = collector(faults, `blocks[${n}]`);
    if (!isObject(block)) {
      say('', 'is no block');
      continue;
    }
    if (!allowed.includes(String(block.type))) say('type', `"${block.type}" is not allowed here`);
    limit(block.block_id, 255, say, 'block_id');
    if (typeof block.block_id === 'string') {
      if (ids.has(block.block_id)) say('block_id', 'is there twice');
      ids.add(block.block_id);
    }
    checkBlock(block, say);
  }
  return faults;
}

function checkBlock(block: Json, say: Say): void {
  switch (block.type) {
    case 'header':
      text(block.text, 150, say, 'text');
      break;
    case 'alert':
      if (!['default', 'info', 'warning', 'error', 'success'].includes(String(block.level)))
        say('level', 'is unknown');
      text(block.text, 200, say, 'text', true);
      break;
    case 'section':
      if (block.text === undefined && block.fields === undefined) say('text', 'is missing');
      if (block.text !== undefined) text(block.text, 3_000, say, 'text', true);
      for (const field of many(block.fields ?? [], 0, 10, say, 'fields'))
        text(field, 2_000, say, 'fields', true);
      break;
    case 'context':
      for (const one of many(block.elements, 1, 10, say, 'elements')) text(one, 3_000, say, 'elements', true);
      break;
    case 'actions':
      checkActions(many(block.elements, 1, 25, say, 'elements'), say);
      break;
    case 'context_actions':
      for (const element of many(block.elements, 1, 5, say, 'elements')) checkFeedback(element, say);
      break;
    case 'input':
      text(block.label, 2_000, say, 'label');
      if (block.hint !== undefined) text(block.hint, 2_000, say, 'hint');
      checkElement(block.element, say, true);
      break;
    case 'rich_text':
      for (const part of many(block.elements, 1, 1_000, say, 'elements')) richPart(part, say);
      break;
    case 'image':
      if (!isObject(block.slack_file)) say('slack_file', 'is missing');
      limit(block.alt_text, 2_000, say, 'alt_text');
      if (!block.alt_text) say('alt_text', 'is missing');
      if (block.title !== undefined) text(block.title, 2_000, say, 'title');
      break;
    case 'table':
      checkTable(block, say);
      break;
    case 'markdown':
      limit(block.text, 12_000, say, 'text');
      break;
    case 'divider':
      return;
    default:
      say('type', `"${block.type}" is not checked`);
  }
}

function checkActions(elements: Json[], say: Say): void {
  const ids = elements.map(({ action_id }) => action_id);
  if (new Set(ids).size !== ids.length) say('elements', 'have an action_id twice');
  for (const element of elements) checkElement(element, say, false);
}

function checkFeedback(element: Json, say: Say): void {
  if (element.type !== 'feedback_buttons') say('context_actions', `has "${element.type}"`);
  limit(element.action_id, 255, say, 'action_id');
  for (const half of [element.positive_button, element.negative_button]) {
    const { text: label, value, accessibility_label } = isObject(half) ? half : {};
    text(label, 75, say, 'feedback.text');
    limit(value, 2_000, say, 'feedback.value');
    limit(accessibility_label, 75, say, 'feedback.accessibility_label');
  }
}

function checkElement(element: unknown, say: Say, isInput: boolean): void {
  if (!isObject(element)) {
    say('element', 'is missing');
    return;
  }
  if (typeof element.action_id !== 'string' || element.action_id === '') say('action_id', 'is missing');
  limit(element.action_id, 255, say, 'action_id');
  const options = (path: string, value: unknown, most: number) => {
    for (const option of many(value, 1, most, say, path)) checkOption(option, say);
  };
  switch (element.type) {
    case 'button':
      if (isInput) say('element', 'is a button');
      text(element.text, 75, say, 'button.text');
      limit(element.value, 2_000, say, 'button.value');
      if (element.style !== undefined && !['primary', 'danger'].includes(String(element.style)))
        say('style', 'is unknown');
      if (element.confirm !== undefined) checkConfirm(element.confirm, say);
      return;
    case 'overflow':
      options('overflow.options', element.options, 5);
      break;
    case 'radio_buttons':
      options('radio_buttons.options', element.options, 10);
      break;
    case 'static_select':
    case 'multi_static_select':
      if (element.option_groups !== undefined) {
        for (const group of many(element.option_groups, 1, 100, say, 'option_groups')) {
          text(group.label, 75, say, 'group.label');
          options('group.options', group.options, 100);
        }
      } else options(`${element.type}.options`, element.options, 100);
      if (element.initial_option !== undefined) initial(element, element.initial_option, say);
      if (element.initial_options !== undefined)
        for (const one of many(element.initial_options, 1, 100, say, 'initial_options'))
          initial(element, one, say);
      return;
    case 'plain_text_input':
      if (Number(element.max_length ?? 1) > 3_000 || Number(element.max_length ?? 1) < 1)
        say('max_length', 'is not within 1..3000');
      limit(element.initial_value, Number(element.max_length ?? 3_000), say, 'initial_value');
      break;
    case 'users_select':
    case 'datetimepicker':
      return;
    default:
      say('element.type', `"${element.type}" is not known`);
  }
}

function initial(element: Json, chosen: unknown, say: Say): void {
  const groups = array(element.option_groups).flatMap((group) =>
    isObject(group) ? array(group.options) : [],
  );
  const all = [...array(element.options), ...groups].map((option) => JSON.stringify(option));
  if (!all.includes(JSON.stringify(chosen))) say('initial_option', 'is none of the options');
}

function checkOption(option: Json, say: Say): void {
  text(option.text, 75, say, 'option.text');
  if (typeof option.value !== 'string' || option.value === '') say('option.value', 'is empty');
  limit(option.value, 75, say, 'option.value');
}

function checkConfirm(confirm: unknown, say: Say): void {
  if (!isObject(confirm)) {
    say('confirm', 'is no object');
    return;
  }
  text(confirm.title, 100, say, 'confirm.title');
  text(confirm.text, 300, say, 'confirm.text', true);
  text(confirm.confirm, 30, say, 'confirm.confirm');
  text(confirm.deny, 30, say, 'confirm.deny');
}

const RICH_PARTS = ['rich_text_section', 'rich_text_list', 'rich_text_quote', 'rich_text_preformatted'];

function richPart(part: Json, say: Say): void {
  if (!RICH_PARTS.includes(String(part.type))) {
    say('rich_text', `has "${part.type}"`);
    return;
  }
  for (const element of many(part.elements, 1, 1_000, say, String(part.type))) {
    if (part.type === 'rich_text_list') {
      if (element.type !== 'rich_text_section') say('list', `has "${element.type}"`);
      richPart(element, say);
    } else richElement(element, say);
  }
}

function richElement(element: Json, say: Say): void {
  switch (element.type) {
    case 'text':
      if (element.text === '') say('rich text', 'is empty');
      limit(element.text, 3_000, say, 'rich text');
      break;
    case 'link':
      if (!/^(https?|mailto):/.test(String(element.url)))
        say('link', `to ${String(element.url).slice(0, 30)}`);
      limit(element.url, 3_000, say, 'link.url');
      break;
    case 'date':
      if (!Number.isInteger(element.timestamp)) say('date.timestamp', 'is no whole number');
      if (typeof element.format !== 'string' || !element.format.includes('{'))
        say('date.format', 'has no token');
      return;
    case 'user':
      // People only, and only those whom the configuration names: the mentions of a message tell whom.
      if (!/^[UW][A-Z0-9]+$/.test(String(element.user_id))) say('rich text', 'mentions nobody');
      return;
    case 'usergroup':
    case 'channel':
    case 'broadcast':
    case 'team':
      say('rich text', `mentions with "${element.type}"`);
      break;
    default:
      say('rich text', `has "${element.type}"`);
  }
}

function checkTable(table: Json, say: Say): void {
  let characters = 0;
  for (const row of array(table.rows)) {
    if (array(row).length === 0 || array(row).length > 20)
      say('table', `has a row of ${array(row).length} cells`);
    for (const cell of array(row)) {
      if (isObject(cell) && cell.type === 'rich_text') {
        for (const part of many(cell.elements, 1, 10, say, 'table')) richPart(part, say);
        characters += JSON.stringify(cell.elements).length;
      } else if (!isObject(cell) || typeof cell.text !== 'string' || cell.text === '')
        say('table', 'has an empty cell');
      else characters += cell.text.length;
    }
  }
  const rows = array(table.rows).length;
  if (rows < 1 || rows > 100) say('table', `has ${rows} rows`);
  if (array(table.column_settings).length > 20) say('column_settings', 'are more than 20');
  if (characters > 10_000) say('table', `has ${characters} characters`);
}

function many(value: unknown, least: number, most: number, say: Say, path: string): Json[] {
  const items = array(value);
  if (items.length < least || items.length > most)
    say(path, `are ${items.length}, allowed ${least} to ${most}`);
  const objects = items.filter(isObject);
  if (objects.length < items.length) say(path, 'has something that is no object');
  return objects;
}

/** A text object. Formatted text could mention and link, so it is refused wherever plain text will do. */
function text(value: unknown, most: number, say: Say, path: string, formatted = false): void {
  if (!isObject(value)) {
    say(path, 'is missing');
    return;
  }
  if (value.type !== 'plain_text' && !(formatted && value.type === 'mrkdwn'))
    say(path, `is of type "${value.type}"`);
  if (typeof value.text !== 'string' || value.text.trim() === '') {
    say(path, 'is empty');
    return;
  }
  limit(value.text, most, say, path);
}

function limit(value: unknown, most: number, say: Say, path: string): void {
  if (value === undefined) return;
  if (typeof value !== 'string') {
    say(path, 'is no text');
    return;
  }
  if (value.length > most) say(path, `has ${value.length} characters, at most ${most}`);
  if (!value.isWellFormed()) say(path, 'is broken Unicode');
}
