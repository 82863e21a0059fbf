// Builds the console's page with esbuild when the bot starts, and serves it from memory.
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

export interface Asset {
  body: Uint8Array<ArrayBuffer>;
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

const APP = fileURLToPath(new URL('./app/', import.meta.url));

/** A hand on a desk bell, drawn as two shapes; the page puts a dot on it when something is unread. */
export const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#4f46e5"/><path d="M7 21a9 9 0 0 1 18 0z" fill="#fff"/><rect x="5.5" y="22" width="21" height="2.6" rx="1.3" fill="#fff"/><circle cx="16" cy="9.4" r="1.9" fill="#fff"/></svg>';

/**
 * Only our own files, no inline script and no other host. Styles that `adaptivecards` sets go through the
 * DOM's style objects, which the policy allows.
 */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** Takes about a third of a second. */
export async function buildBundle(): Promise<Bundle> {
  const result = await build({
    entryPoints: [`${APP}main.tsx`, `${APP}style/main.css`],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    outdir: '/',
    write: false,
    legalComments: 'none',
    logLevel: 'silent',
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  const assets = new Map<string, Asset>();
  const named = (extension: 'js' | 'css') => {
    const file = result.outputFiles.find((output) => output.path.endsWith(`.${extension}`));
    const body = new Uint8Array(file?.contents ?? []);
    const name = `app-${createHash('sha256').update(body).digest('hex').slice(0, 16)}.${extension}`;
    assets.set(name, {
      body,
      type: extension === 'js' ? 'text/javascript; charset=utf-8' : 'text/css; charset=utf-8',
    });
    return `/console/assets/${name}`;
  };
  const style = named('css');
  return { html: page(named('js'), style), style, assets };
}

function page(script: string, style: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>Deskhand</title>
<link rel="icon" type="image/svg+xml" href="data:image/svg+xml,${encodeURIComponent(ICON)}">
<link rel="stylesheet" href="${style}">
<script type="module" src="${script}"></script>
</head>
<body><div id="app"></div><noscript>The console needs JavaScript.</noscript></body>
</html>
`;
}
