// Builds a page of ours with esbuild when the bot starts, to be served from memory.
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

interface Asset {
  body: Uint8Array<ArrayBuffer>;
  /** The same, compressed. */
  gzip: Uint8Array<ArrayBuffer>;
  type: string;
}

export interface Bundle {
  /** The page, which names the assets. */
  html: string;
  /** Address of the style sheet. */
  style: string;
  /** By file name; names change with the content, so browsers may keep them for ever. */
  assets: Map<string, Asset>;
}

export interface PageSource {
  /** Files: what starts the page, and its style sheet. */
  script: string;
  style: string;
  /** Where the assets are served, without a slash at the end. */
  assetsAt: string;
  title: string;
}

/** A hand on a desk bell, drawn as two shapes; the page puts a dot on it when something is unread. */
export const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#4f46e5"/><path d="M7 21a9 9 0 0 1 18 0z" fill="#fff"/><rect x="5.5" y="22" width="21" height="2.6" rx="1.3" fill="#fff"/><circle cx="16" cy="9.4" r="1.9" fill="#fff"/></svg>';

/** Takes about a third of a second. What the script imports lazily becomes files of its own. */
export async function buildBundle({ script, style, assetsAt, title }: PageSource): Promise<Bundle> {
  const result = await build({
    entryPoints: { app: script, style },
    bundle: true,
    minify: true,
    splitting: true,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    outdir: '/',
    entryNames: '[name]-[hash]',
    chunkNames: 'part-[hash]',
    write: false,
    legalComments: 'none',
    logLevel: 'silent',
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  const assets = new Map<string, Asset>();
  for (const { path, contents } of result.outputFiles) {
    const type = path.endsWith('.css') ? 'text/css' : 'text/javascript';
    const body = new Uint8Array(contents);
    const gzip = new Uint8Array(gzipSync(body));
    assets.set(path.slice(1), { body, gzip, type: `${type}; charset=utf-8` });
  }
  const addressOf = (start: string) =>
    `${assetsAt}/${[...assets.keys()].find((name) => name.startsWith(start)) ?? ''}`;
  const sheet = addressOf('style-');
  return { html: page(title, addressOf('app-'), sheet), style: sheet, assets };
}

function page(title: string, script: string, style: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<link rel="icon" type="image/svg+xml" href="data:image/svg+xml,${encodeURIComponent(ICON)}">
<link rel="stylesheet" href="${style}">
<script type="module" src="${script}"></script>
</head>
<body><div id="app"></div><noscript>This page needs JavaScript.</noscript></body>
</html>
`;
}
