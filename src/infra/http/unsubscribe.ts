// Links by which customers get no more messages that we write first, for mail programs in one click (RFC 8058).
import { createHmac, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Route } from '../../ports.ts';
import { html, notePage, SAFE } from '../../web/respond.ts';

const PATH = '/unsubscribe';
const STYLE = fileURLToPath(new URL('../../web/tokens.css', import.meta.url));

export interface UnsubscribeLinks {
  /** Null where no mail program could open one: RFC 8058 wants https, and an address that others reach. */
  linkFor(customerId: number): string | null;
  /** Whose link it is; null when it is not one of ours. */
  customerOf(token: string): number | null;
}

/** Links hold a customer's number and a proof that it was we who wrote it; they are good as long as `secret` is. */
export function createUnsubscribeLinks(options: { secret: string; publicUrl: string }): UnsubscribeLinks {
  const { secret, publicUrl } = options;
  const proof = (id: string) => createHmac('sha256', secret).update(`unsubscribe ${id}`).digest('base64url');
  const { protocol, hostname } = new URL(publicUrl);
  const isPublic = protocol === 'https:' && hostname !== 'localhost';
  return {
    linkFor: (id) => (isPublic ? `${publicUrl}${PATH}/${id}.${proof(String(id))}` : null),
    customerOf(token) {
      const [, id = '', given = ''] = /^(\d{1,15})\.([\w-]{43})$/.exec(token) ?? [];
      return given && timingSafeEqual(Buffer.from(given), Buffer.from(proof(id))) ? Number(id) : null;
    },
  };
}

/** Opening a link changes nothing, since mail filters open links, too; its button, or a mail program's POST, does. */
export function createUnsubscribeRoutes(deps: {
  customerOf: UnsubscribeLinks['customerOf'];
  optOut(customerId: number): Promise<void>;
}): Route[] {
  const page = (text: string, status: number, form = '') =>
    html(notePage(text, `${PATH}/style.css`, form), status);
  const unknown = () => page('This link is not complete. Answer the message with “stop” instead.', 404);
  return [
    {
      method: 'GET',
      path: `${PATH}/style.css`,
      handle: async () =>
        new Response(await readFile(STYLE), {
          headers: { ...SAFE, 'content-type': 'text/css; charset=utf-8', 'cache-control': 'max-age=3600' },
        }),
    },
    {
      method: 'GET',
      path: `${PATH}/:token`,
      handle: async (_request, { token = '' }) => {
        if (deps.customerOf(token) === null) return unknown();
        const button =
          '<form method="post"><button class="button is-primary">Stop these messages</button></form>';
        return page(
          'We write to you first when something needs your attention. Answers to your own questions come in any case.',
          200,
          button,
        );
      },
    },
    {
      method: 'POST',
      path: `${PATH}/:token`,
      handle: async (_request, { token = '' }) => {
        const customerId = deps.customerOf(token);
        if (customerId === null) return unknown();
        await deps.optOut(customerId);
        return page('Done. We will only answer what you write to us.', 200);
      },
    },
  ];
}
