// How our pages are answered over HTTP: their headers, their assets, and the page for those who may not enter.
import { type Bundle, ICON } from './bundle.ts';

/**
 * Only our own files, no inline script and no other host. Styles that libraries set go through the DOM's style
 * objects, which the policy allows.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** On every answer. */
export const SAFE = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
};

/** An answer that is never stored. */
export function json(value: unknown, status = 200): Response {
  return new Response(JSON.stringify(value), {
    status,
    headers: { ...SAFE, 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
  });
}

/** A page under the content security policy. */
export function html(body: string, status: number, headers: Record<string, string> = {}): Response {
  return new Response(body, {
    status,
    headers: {
      ...SAFE,
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': CONTENT_SECURITY_POLICY,
      'x-frame-options': 'DENY',
      ...headers,
    },
  });
}

/** A file of a bundle, which browsers may keep for ever. */
export function asset(bundle: Bundle, name: string, request: Request): Response {
  const found = bundle.assets.get(name);
  if (!found) return json({ error: 'not_found' }, 404);
  const packed = /\bgzip\b/.test(request.headers.get('accept-encoding') ?? '');
  return new Response(packed ? found.gzip : found.body, {
    headers: {
      ...SAFE,
      'content-type': found.type,
      'cache-control': 'public, max-age=31536000, immutable',
      vary: 'accept-encoding',
      ...(packed && { 'content-encoding': 'gzip' }),
    },
  });
}

/** A page of a few words. `text` is one of our own sentences, or holds a Host header: escaped. `form` is HTML. */
export function notePage(text: string, style: string, form = ''): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>Deskhand</title><link rel="icon" href="data:image/svg+xml,${encodeURIComponent(ICON)}"><link rel="stylesheet" href="${style}"><main class="refusal"><h1>Deskhand</h1><p>${escaped(text)}</p>${form}</main></html>`;
}

/** Text as HTML, also within a quoted attribute. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
