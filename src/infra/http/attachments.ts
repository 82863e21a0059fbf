// Customers' files: always a download, never shown as a page of ours.
import { cleanLine } from '../../model/text.ts';
import { notFound } from './answer.ts';
import type { StoredFile } from './deps.ts';

/** Types that no browser runs. Anything else, HTML and SVG before all, is handed out as plain bytes. */
const HARMLESS =
  /^(image\/(png|jpeg|gif|webp|heic)|text\/(plain|csv)|application\/(pdf|json|zip|gzip)|message\/rfc822|(audio|video)\/[a-z0-9.+-]+|application\/vnd\.[a-z0-9.+-]+)$/;

/** The file as an answer; `null` for one that does not exist. */
export function fileResponse(file: StoredFile | null): Response {
  if (!file) return notFound('There is no such file.');
  if (!file.content)
    return notFound(
      file.url
        ? `This file was only linked: ${file.url}`
        : `This file was not kept: ${file.omitted ?? 'no reason'}.`,
    );
  const type = file.contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  return new Response(new Uint8Array(file.content), {
    headers: {
      'content-type': HARMLESS.test(type) ? type : 'application/octet-stream',
      'content-disposition': contentDisposition(file.name),
      'content-security-policy': "default-src 'none'; sandbox; frame-ancestors 'none'",
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'private, max-age=3600',
    },
  });
}

/** A download under the customer's file name: plain ASCII for old programs, the true name by RFC 8187. */
export function contentDisposition(name: string): string {
  const safe = cleanLine(name.replace(/[\\/]/g, '_'), 200).replace(/^\.+/, '') || 'attachment';
  const ascii = safe.replace(/[^A-Za-z0-9 ._()-]/g, '_');
  const encoded = encodeURIComponent(safe).replace(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
