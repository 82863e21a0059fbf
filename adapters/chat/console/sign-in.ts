// Where one-time links lead: a browser comes in, or is told why not.
import type { Route } from '../../../src/ports.ts';
import type { Bundle } from '../../../src/web/bundle.ts';
import { escaped, html, notePage } from '../../../src/web/respond.ts';
import type { ConsoleAuth } from './auth.ts';
import type { ConsoleConfig } from './config.ts';
import { readBody } from './parse.ts';

interface Parts {
  config: ConsoleConfig;
  auth: ConsoleAuth;
  bundle(): Promise<Bundle>;
}

const USED =
  'This link was used before, or is too old. Ask the bot for a new one: /deskhand dashboard in chat, or a restart, which prints one.';

const FOREIGN = 'This request did not come from our own page. Open the link itself.';

/** Opening a link signs in; one that stands in a chat shows a button first, since previews open links, too. */
export function signInRoutes({ config, auth, bundle }: Parts): Route[] {
  const path = '/console/sign-in';

  async function enter(token: string): Promise<Response> {
    const entered = await auth.signIn(token, config.publicUrl?.startsWith('https:') ?? false);
    if (!entered) return html(notePage(USED, (await bundle()).style), 403);
    return new Response(null, {
      status: 303,
      headers: { location: entered.path, 'set-cookie': entered.cookie, 'cache-control': 'no-store' },
    });
  }

  return [
    {
      method: 'GET',
      path,
      handle: async (request) => {
        const token = new URL(request.url).searchParams.get('token') ?? '';
        const link = await auth.look(token);
        if (!link?.inChat) return enter(token);
        const who = link.agent ? ` as ${link.agent}` : '';
        const form = `<form method="post" action="${path}"><input type="hidden" name="token" value="${escaped(token)}"><button class="button is-primary">Open the dashboard</button></form>`;
        return html(notePage(`This signs this browser in${who}, once.`, (await bundle()).style, form), 200);
      },
    },
    {
      method: 'POST',
      path,
      handle: async (request) => {
        // The page tells no Origin, as it sends no referrer; browsers say themselves where a form comes from.
        const site = request.headers.get('sec-fetch-site');
        if (site && site !== 'same-origin') return html(notePage(FOREIGN, (await bundle()).style), 403);
        return enter(new URLSearchParams((await readBody(request)) ?? '').get('token') ?? '');
      },
    },
  ];
}
