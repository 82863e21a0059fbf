// Components V2 -> HTML that looks like Discord's desktop client: for the pictures of the documentation.
import {
  type APIComponentInContainer,
  type APILabelComponent,
  type APIMessageTopLevelComponent,
  type APIModalInteractionResponseCallbackData,
  ButtonStyle,
  ComponentType,
} from 'discord.js';
import { type Author, face, page, type Scheme, words } from './page.ts';

export interface DiscordPost {
  author: Author;
  components: APIMessageTopLevelComponent[];
  thread?: string;
  /** What `attachment://` names, as addresses. */
  files?: Map<string, string>;
}

/** Messages below each other. */
export function discordMessages(posts: DiscordPost[], scheme: Scheme): string {
  return page(STYLE, scheme, `<main class="channel">${posts.map(drawPost).join('')}</main>`);
}

/** A window. */
export function discordModal(modal: APIModalInteractionResponseCallbackData, scheme: Scheme): string {
  return page(
    STYLE,
    scheme,
    `<main class="behind"><div class="modal"><header>${face({ name: 'Deskhand', time: '', isApp: true, colour: '#1f2937' })}<h1>${words(modal.title)}</h1><span class="x">✕</span></header>
${modal.components.map((one) => (one.type === ComponentType.Label ? drawLabel(one) : '')).join('')}
<footer><span class="button">Cancel</span><span class="button blue">Submit</span></footer></div></main>`,
  );
}

function drawPost({ author, components, thread, files = new Map() }: DiscordPost): string {
  const app = author.isApp ? '<span class="app">APP</span>' : '';
  const below = thread
    ? `<div class="thread"><b>${words(thread)}</b><a>3 Messages ›</a><span>Her address changed: accounts@…</span></div>`
    : '';
  return `<article>${face(author)}<div class="column"><div class="head"><b>${words(author.name)}</b>${app}<span class="time">${author.time}</span></div>${components.map((one) => drawTop(one, files)).join('')}${below}</div></article>`;
}

type Files = Map<string, string>;

function drawTop(component: APIMessageTopLevelComponent, files: Files): string {
  if (component.type !== ComponentType.Container) return drawPart(component, files);
  const colour = `#${(component.accent_color ?? 0).toString(16).padStart(6, '0')}`;
  return `<section style="border-left-color:${colour}">${component.components.map((one) => drawPart(one, files)).join('')}</section>`;
}

function drawPart(component: APIComponentInContainer | APIMessageTopLevelComponent, files: Files): string {
  switch (component.type) {
    case ComponentType.TextDisplay:
      return `<div class="text">${markdown(component.content)}</div>`;
    case ComponentType.MediaGallery:
      return component.items.map(({ media }) => `<img src="${files.get(media.url) ?? ''}">`).join('');
    case ComponentType.Separator:
      return '<hr>';
    case ComponentType.Section: {
      const { accessory } = component;
      const link = accessory.type === ComponentType.Button && 'label' in accessory ? accessory.label : '';
      return `<div class="beside"><div class="text">${component.components.map(({ content }) => markdown(content)).join('')}</div><span class="button">${words(link ?? '')} ↗</span></div>`;
    }
    case ComponentType.ActionRow:
      return `<div class="row">${component.components
        .map((one) => {
          if (one.type === ComponentType.Button)
            return `<span class="button ${COLOURS[one.style] ?? ''}">${words('label' in one ? (one.label ?? '') : '')}</span>`;
          return `<span class="select">${words(('placeholder' in one && one.placeholder) || '')}<i>⌄</i></span>`;
        })
        .join('')}</div>`;
    default:
      throw new Error(`no picture for the component ${component.type}`);
  }
}

const COLOURS: Partial<Record<ButtonStyle, string>> = {
  [ButtonStyle.Primary]: 'blue',
  [ButtonStyle.Success]: 'green',
  [ButtonStyle.Danger]: 'red',
};

function drawLabel({ label, description, component }: APILabelComponent): string {
  const required = 'required' in component && component.required ? ' <em>*</em>' : '';
  const field =
    component.type === ComponentType.TextInput
      ? `<div class="field ${component.style === 2 ? 'tall' : ''}">${words(component.value ?? '')}</div>`
      : `<div class="field">${words(chosen(component))}<i>⌄</i></div>`;
  return `<div class="input"><label>${words(label)}${required}</label>${description ? `<small>${words(description)}</small>` : ''}${field}</div>`;
}

function chosen(component: APILabelComponent['component']): string {
  const options = component.type === ComponentType.StringSelect ? component.options : [];
  return options.find((option) => option.default)?.label ?? 'Make a selection';
}

/** The Markdown that our renderer writes: headings, small print, quotes, bold, links and escapes. */
function markdown(text: string): string {
  const lines = text.split('\n').map((line): [string, string] => {
    const [, mark = '', rest = ''] = /^(### |-# |> )?(.*)$/.exec(line) ?? [];
    return [mark, rest];
  });
  let html = '';
  for (const [n, [mark, rest]] of lines.entries()) {
    const quoted = mark === '> ';
    if (quoted && lines[n - 1]?.[0] !== '> ') html += '<blockquote>';
    const tag = { '### ': 'h3', '-# ': 'small' }[mark] ?? 'p';
    html += `<${tag}>${inline(rest) || '&nbsp;'}</${tag}>`;
    if (quoted && lines[n + 1]?.[0] !== '> ') html += '</blockquote>';
  }
  return html;
}

function inline(text: string): string {
  let bold = false;
  return text.replace(
    /\\(.)|(\*\*)|\[((?:\\.|[^\]\\])*)\]\(<[^>]*>\)|[^\\*[]+|./gsu,
    (whole: string, escaped?: string, stars?: string, label?: string) => {
      if (escaped !== undefined) return words(escaped);
      if (label !== undefined) return `<a>${inline(label)}</a>`;
      if (stars === undefined) return words(whole);
      bold = !bold;
      return bold ? '<b>' : '</b>';
    },
  );
}

const STYLE = `
html{--ink:#313338;--strong:#060607;--soft:#5c5e66;--back:#fbfbfb;--box:#fff;--line:#dfe0e3;--grey:#e6e7ea;--bar:#c4c6cc;--link:#0068b8;--field:#fff;--behind:#8d8f93}
html.dark{--ink:#dbdee1;--strong:#f2f3f5;--soft:#a0a2aa;--back:#1a1a1e;--box:#242429;--line:#36363c;--grey:#3a3a41;--bar:#4e5058;--link:#00a8fc;--field:#1b1b1f;--behind:#0c0c0e}
body{font-size:15px;line-height:20px;color:var(--ink);background:var(--back)}
img{display:block;width:100%;border-radius:8px;margin:6px 0}
.channel{padding:14px 20px;width:700px}
article{display:flex;gap:14px;padding:8px 0}.face{width:40px;height:40px;border-radius:50%}
.column{flex:1;min-width:0;max-width:600px}.head{display:flex;gap:6px;align-items:center;margin-bottom:4px}.head b{font-weight:500;color:var(--strong)}
.app{background:#5865f2;color:#fff;font-size:10px;font-weight:600;line-height:15px;border-radius:4px;padding:0 5px}.time{font-size:12px;color:var(--soft)}
section{background:var(--box);border:1px solid var(--line);border-left:4px solid;border-radius:8px;padding:14px 16px;display:flex;flex-direction:column;gap:8px}
.text p,.text small,h3{display:block}small{font-size:12.5px;line-height:17px;color:var(--soft)}h3{font-size:16px;line-height:22px;font-weight:700;color:var(--strong);margin:3px 0 1px}
b{font-weight:700;color:var(--strong)}small b{color:inherit;font-weight:600}a{color:var(--link)}
blockquote{border-left:4px solid var(--bar);border-radius:4px;padding-left:12px;margin:2px 0}
hr{border:0;border-top:1px solid var(--line);margin:2px 0}
.row{display:flex;gap:8px;flex-wrap:wrap}.beside{display:flex;gap:14px;justify-content:space-between;align-items:center}
.button{display:inline-block;height:32px;line-height:32px;padding:0 14px;border-radius:8px;background:var(--grey);color:var(--strong);font-size:14px;font-weight:500;white-space:nowrap;flex:none}
.blue{background:#5865f2;color:#fff}.green{background:#248046;color:#fff}.red{background:#da373c;color:#fff}
.select{flex:1;max-width:400px;height:40px;line-height:38px;border:1px solid var(--line);background:var(--field);border-radius:8px;padding:0 12px;color:var(--soft);font-size:14px}
.select i,.field i{float:right;font-style:normal;color:var(--soft)}
.thread{display:flex;gap:8px;margin-top:8px;font-size:13px;background:var(--box);border:1px solid var(--line);border-radius:8px;padding:8px 12px;width:fit-content;color:var(--soft)}
.behind{background:var(--behind);padding:26px;width:546px}.modal{background:var(--box);border-radius:12px;padding:20px 22px}
.modal header{display:flex;gap:12px;align-items:center;margin-bottom:14px}.modal header .face{width:30px;height:30px;font-size:13px}.modal h1{font-size:19px;font-weight:600;flex:1;color:var(--strong)}.x{color:var(--soft)}
.input{margin-bottom:16px}.input label{display:block;font-weight:500;color:var(--strong)}.input em{color:#da373c;font-style:normal}.input small{display:block;margin-bottom:2px}
.field{margin-top:6px;border:1px solid var(--line);background:var(--field);border-radius:8px;padding:9px 12px;min-height:42px}.field.tall{min-height:110px}
footer{display:flex;justify-content:flex-end;gap:8px;margin-top:20px}footer .button{min-width:96px;text-align:center}
`;
