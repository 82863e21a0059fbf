// How the console answers over HTTP: headers, pages, and how much it reads.
import { CONTENT_SECURITY_POLICY, ICON } from './bundle.ts';

/** Longest request body. */
export const MAX_BODY = 200_000;

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
export function html(body: string, status: number): Response {
  return new Response(body, {
    status,
    headers: {
      ...SAFE,
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': CONTENT_SECURITY_POLICY,
      'x-frame-options': 'DENY',
    },
  });
}

/** The page for those who may not enter. `reason` is one of our own sentences, or holds a Host header: escaped. */
export function refusal(reason: string, style: string): string {
  const text = reason.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Deskhand</title><link rel="icon" href="data:image/svg+xml,${encodeURIComponent(ICON)}"><link rel="stylesheet" href="${style}"><main class="refusal"><h1>Deskhand</h1><p>${text}</p></main></html>`;
}

/** The body as text, or null when it is longer than we take. */
export async function readBody(request: Request): Promise<string | null> {
  if (Number(request.headers.get('content-length') ?? 0) > MAX_BODY) return null;
  const text = await request.text();
  return text.length > MAX_BODY ? null : text;
}
