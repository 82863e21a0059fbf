// Block Kit -> HTML that looks like Slack's desktop client: for the pictures of the documentation.
import type { types } from '@slack/bolt';
import { type Author, face, page, type Scheme, words } from './page.ts';

/** One message of a channel or thread. */
export interface SlackPost {
  author: Author;
  blocks: types.KnownBlock[];
  /** Posts in its thread; the channel tells only how many. */
  replies?: number;
}

/** Messages below each other. */
export function slackMessages(posts: SlackPost[], scheme: Scheme): string {
  return page(STYLE, scheme, `<main class="channel">${posts.map(drawPost).join('')}</main>`);
}

/** A window. */
export function slackModal(view: types.ModalView, scheme: Scheme): string {
  return page(
    STYLE,
    scheme,
    `<main class="behind"><div class="modal">
<header><h1>${words(view.title.text)}</h1><span class="x">✕</span></header>
<div class="body">${view.blocks.map((block) => drawBlock(block)).join('')}</div>
<footer>${pressable(view.close?.text ?? 'Close')}${pressable(view.submit?.text ?? '', 'primary')}</footer></div></main>`,
  );
}

/** Views allow blocks of any kind. */
function isKnown(block: types.Block): block is types.KnownBlock {
  return block.type !== undefined;
}

function drawPost({ author, blocks, replies }: SlackPost): string {
  const app = author.isApp ? '<span class="app">APP</span>' : '';
  const thread = replies
    ? `<div class="thread">${face(author)}<b>${replies} replies</b><span class="time">View thread</span></div>`
    : '';
  return `<article>${face(author)}<div class="column"><div class="head"><b>${words(author.name)}</b>${app}<span class="time">${author.time}</span></div>${blocks.map(drawBlock).join('')}${thread}</div></article>`;
}

function drawBlock(block: types.ModalView['blocks'][number]): string {
  if (!isKnown(block)) throw new Error(`no picture for the block ${block.type}`);
  switch (block.type) {
    case 'rich_text':
      return `<div class="rich">${block.elements.map(drawRich).join('')}</div>`;
    case 'header':
      return `<h2>${words(block.text.text)}</h2>`;
    case 'context':
      return `<div class="context">${block.elements.map((one) => ('text' in one ? words(one.text) : '')).join(' ')}</div>`;
    case 'context_actions':
      return `<div class="judge">${THUMB}<span class="down">${THUMB}</span></div>`;
    case 'actions':
      return `<div class="actions">${block.elements.map(drawElement).join('')}</div>`;
    case 'alert':
      return `<div class="alert ${block.level}"><span class="sign"></span>${words(block.text.text)}</div>`;
    case 'divider':
      return '<hr>';
    case 'image':
      return `<div class="chart">${words(block.title?.text ?? '')}<img src="${'slack_file' in block && 'id' in block.slack_file ? block.slack_file.id : ''}"></div>`;
    case 'table':
      return `<table>${block.rows.map((row, n) => `<tr>${row.map((cell) => drawCell(cell, n === 0 ? 'th' : 'td')).join('')}</tr>`).join('')}</table>`;
    case 'input':
      return `<div class="input"><label>${words(block.label.text)}${block.optional ? ' <i>(optional)</i>' : ''}</label>${drawElement(block.element)}${block.hint ? `<small>${words(block.hint.text)}</small>` : ''}</div>`;
    default:
      throw new Error(`no picture for the block ${block.type}`);
  }
}

const THUMB =
  '<svg viewBox="0 0 20 20"><path d="M6.5 9L9.5 3c1.2 0 2 .9 2 2v2.800h4a1.5 1.5 0 0 1 1.5 1.800l-1.1 5.600a1.5 1.5 0 0 1-1.5 1.200H6.500zM6.5 9H3.500v7.400h3" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linejoin="round"/></svg>';

type TableCell = types.TableBlock['rows'][number][number];

function drawCell(cell: TableCell, tag: 'th' | 'td'): string {
  const inside = cell.type === 'rich_text' ? cell.elements.map(drawRich).join('') : words(String(cell.text));
  return `<${tag}>${inside}</${tag}>`;
}

function drawRich(part: types.RichTextBlockElement): string {
  switch (part.type) {
    case 'rich_text_section':
      return `<p>${part.elements.map(drawWord).join('')}</p>`;
    case 'rich_text_quote':
      return `<blockquote>${part.elements.map(drawWord).join('')}</blockquote>`;
    case 'rich_text_preformatted':
      return `<pre>${part.elements.map(drawWord).join('')}</pre>`;
    case 'rich_text_list':
      return `<ul>${part.elements.map((item) => `<li>${item.elements.map(drawWord).join('')}</li>`).join('')}</ul>`;
  }
}

function drawWord(element: types.RichTextElement): string {
  switch (element.type) {
    case 'text': {
      const { bold, italic, code } = element.style ?? {};
      const style = [bold && 'bold', italic && 'italic', code && 'code'].filter(Boolean).join(' ');
      return style ? `<span class="${style}">${words(element.text)}</span>` : words(element.text);
    }
    case 'link':
      return `<a>${words(element.text ?? element.url)}</a>`;
    case 'date':
      return words(`today ${element.fallback}`);
    case 'user':
      return '<span class="mention">@Ana</span>';
    default:
      throw new Error(`no picture for the text element ${element.type}`);
  }
}

type Element = types.ActionsBlockElement | types.InputBlock['element'];

function drawElement(element: Element): string {
  switch (element.type) {
    case 'button':
      return pressable(element.text.text, element.style);
    case 'overflow':
      return pressable('•••', 'dots');
    case 'plain_text_input':
      return `<div class="field ${element.multiline ? 'tall' : ''}">${words(element.initial_value ?? '')}</div>`;
    case 'static_select':
      return `<div class="field select">${words(element.initial_option?.text.text ?? 'Select an option')}</div>`;
    case 'users_select':
      return '<div class="field select">Select a person</div>';
    default:
      throw new Error(`no picture for the element ${element.type}`);
  }
}

function pressable(label: string, style = ''): string {
  return `<span class="button ${style}">${words(label)}</span>`;
}

const STYLE = `
html{--ink:#1d1c1d;--soft:#616061;--line:rgba(29,28,29,.13);--edge:rgba(29,28,29,.3);--back:#fff;--bar:#ddd;--link:#1264a3;--green:#007a5a;--codeink:#e01e5a;--codeback:#f6f6f7;--behind:#b9b9ba}
html.dark{--ink:#d1d2d3;--soft:#ababad;--line:rgba(232,232,232,.13);--edge:rgba(232,232,232,.3);--back:#1a1d21;--bar:#45484c;--link:#1d9bd1;--codeink:#e8912d;--codeback:#22252a;--behind:#0d0e10}
body{font-size:15px;line-height:22px;color:var(--ink);background:var(--back)}
.channel{padding:14px 20px 18px;width:700px}
article{display:flex;gap:9px;padding:8px 0}article+article{margin-top:6px}
.column{flex:1;min-width:0;max-width:600px}
.head{display:flex;gap:6px;align-items:center;line-height:18px;margin-bottom:2px}.head b{font-weight:700}
.app{font-size:10px;line-height:13px;font-weight:600;color:var(--soft);background:var(--line);border-radius:2px;padding:0 3px}
.time,.context{font-size:12px;color:var(--soft)}
.context{line-height:17px;padding:5px 0 3px;font-size:13px}
h2{font-size:18px;line-height:24px;font-weight:700;padding:3px 0 2px}
.rich{padding:4px 0}.rich ul{padding-left:24px}.rich li{padding-left:2px}
.bold{font-weight:700}.italic{font-style:italic}
.code{font:12px/18px DejaVu Sans Mono,monospace;color:var(--codeink);background:var(--codeback);border:1px solid var(--line);border-radius:3px;padding:2px 3px 1px}
blockquote{border-left:4px solid var(--bar);border-radius:4px;padding-left:14px;margin:4px 0}
a{color:var(--link)}
.actions{display:flex;flex-wrap:wrap;gap:8px;padding:8px 0 2px}
.button{display:inline-block;height:30px;line-height:28px;padding:0 12px;border:1px solid var(--edge);border-radius:8px;font-size:13px;font-weight:700}
.button.primary{background:var(--green);border-color:var(--green);color:#fff}.button.danger{background:#e01e5a;border-color:#e01e5a;color:#fff}
.button.dots{padding:0 9px;letter-spacing:1px;font-size:10px}
.judge{display:flex;gap:10px;color:var(--soft);padding:4px 0 0}.judge svg{width:18px;height:18px;display:block}.down{transform:rotate(180deg)}
.alert{display:flex;gap:10px;align-items:flex-start;border:1px solid var(--line);border-radius:8px;padding:9px 12px;margin:6px 0;background:var(--tint)}
.alert .sign{width:10px;height:10px;border-radius:50%;background:var(--mark);margin-top:6px;flex:none}
.alert.success{--mark:#2bac76;--tint:rgba(43,172,118,.1)}.alert.warning{--mark:#ecb22e;--tint:rgba(236,178,46,.13)}.alert.info,.alert.default{--mark:#1d9bd1;--tint:rgba(29,155,209,.08)}.alert.error{--mark:#e01e5a;--tint:rgba(224,30,90,.08)}
hr{border:0;border-top:1px solid var(--line);margin:8px 0}
img{display:block;width:100%;border-radius:8px;margin-top:4px}.chart{margin:6px 0;font-size:14px}
table{border-collapse:collapse;margin:6px 0;font-size:14px}th,td{border:1px solid var(--line);padding:4px 10px;text-align:left}th{font-weight:700}
.thread{display:flex;gap:7px;align-items:center;font-size:13px;margin-top:6px;color:var(--link)}.thread .face{width:24px;height:24px;font-size:12px;border-radius:5px}
.mention{background:rgba(29,155,209,.1);color:var(--link);border-radius:3px;padding:0 2px}
.behind{background:var(--behind);padding:26px;width:572px}
.modal{background:var(--back);border-radius:8px;overflow:hidden}
.modal header{display:flex;justify-content:space-between;padding:18px 24px 12px}.modal h1{font-size:20px;font-weight:700}.x{color:var(--soft)}
.modal .body{padding:0 24px 8px}.modal footer{display:flex;justify-content:flex-end;gap:10px;padding:14px 24px;border-top:1px solid var(--line)}
.input{padding:8px 0}.input label{font-weight:700;display:block;margin-bottom:5px}.input i{font-weight:400;font-style:normal;color:var(--soft)}.input small{font-size:13px;color:var(--soft)}
.field{border:1px solid var(--edge);border-radius:5px;padding:7px 11px;min-height:38px}.field.tall{min-height:120px}.select::after{content:"⌄";float:right;color:var(--soft)}
`;
