// The dashboard's HTTP routes: the page, the numbers it shows, the tickets behind them, and CSV files.
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import {
  type Dashboard,
  type Drill,
  dashboardQuerySchema,
  drillSchema,
  type Signals,
  type TicketLine,
} from '../../../model/dashboard.ts';
import type { Peer, Route } from '../../../ports.ts';
import { type Bundle, buildBundle } from '../../../web/bundle.ts';
import { asset, html, json, notePage, SAFE } from '../../../web/respond.ts';
import { problem } from '../answer.ts';
import { type Checked, parseQuery } from '../body.ts';
import { accountsCsv, autonomyCsv, categoriesCsv, daysCsv, EXPORTS, ticketsCsv } from './exports.ts';

type Asked = z.infer<typeof dashboardQuerySchema>;

export interface DashboardReader {
  /** AppError `invalid` for a period that cannot be. */
  overview(asked: Asked): Promise<Dashboard>;
  /** Of all accounts, or of one. */
  signals(asked: z.infer<typeof signalsSchema>): Promise<Signals>;
  behind(
    asked: Asked,
    drill: Drill,
    page: { limit: number; skip?: number },
  ): Promise<{ total: number; tickets: TicketLine[]; timeZone: string }>;
}

interface Deps {
  dashboard: DashboardReader;
  /** Whether somebody who asks so may see the console. */
  mayRead(request: Request, peer: Peer): Promise<boolean>;
}

const APP = fileURLToPath(new URL('./app/', import.meta.url));
/** Tickets of a list that are sent at once, and of an exported file. */
const LIMITS = { page: 50, file: 20_000 };

const REFUSED =
  'The dashboard is for the team. Type /deskhand dashboard in your chat: the bot answers with a link that signs this browser in.';

const listSchema = dashboardQuerySchema
  .extend(drillSchema.shape)
  .extend({ skip: z.coerce.number().int().min(0).max(1_000_000).optional() });
const signalsSchema = dashboardQuerySchema.extend({ account: drillSchema.shape.account });
const exportSchema = dashboardQuerySchema.extend({
  ...drillSchema.shape,
  view: drillSchema.shape.view.default('tickets'),
});

export function createDashboardRoutes({ dashboard, mayRead }: Deps): Route[] {
  let bundling: Promise<Bundle> | null = null;

  /** Built when somebody looks for the first time; a failure is tried again. */
  function bundle(): Promise<Bundle> {
    bundling ??= buildBundle({
      script: `${APP}main.tsx`,
      style: `${APP}style.css`,
      assetsAt: '/dashboard/assets',
      title: 'Dashboard · Deskhand',
    }).catch((error: unknown) => {
      bundling = null;
      throw error;
    });
    return bundling;
  }

  /** For those who may read, with the query checked. */
  const read = <T>(
    path: string,
    schema: z.ZodType<T>,
    answer: (asked: T, params: Record<string, string>) => Promise<Response>,
  ): Route => ({
    method: 'GET',
    path,
    handle: async (request, params, peer) => {
      if (!(await mayRead(request, peer))) return problem(401, 'sign_in', REFUSED);
      const asked: Checked<T> = parseQuery(request, schema);
      return asked.ok ? answer(asked.value, params) : asked.problem;
    },
  });

  return [
    {
      method: 'GET',
      path: '/dashboard',
      handle: async (request, _params, peer) => {
        const { html: page, style } = await bundle();
        return (await mayRead(request, peer)) ? html(page, 200) : html(notePage(REFUSED, style), 401);
      },
    },
    {
      method: 'GET',
      path: '/dashboard/',
      handle: async () => new Response(null, { status: 308, headers: { location: '/dashboard' } }),
    },
    {
      method: 'GET',
      path: '/dashboard/assets/:name',
      handle: async (request, params) => asset(await bundle(), params.name ?? '', request),
    },
    read('/dashboard/api/overview', dashboardQuerySchema, async (asked) =>
      json(await dashboard.overview(asked)),
    ),
    read('/dashboard/api/signals', signalsSchema, async (asked) => json(await dashboard.signals(asked))),
    read('/dashboard/api/tickets', listSchema, async ({ skip, ...asked }) =>
      json(await dashboard.behind(asked, asked, { limit: LIMITS.page, skip })),
    ),
    read('/dashboard/export/:file', exportSchema, async (asked, params) => {
      const name = EXPORTS.find((one) => params.file === `${one}.csv`);
      if (!name)
        return problem(404, 'not_found', `Exports are ${EXPORTS.map((one) => `${one}.csv`).join(', ')}.`);
      const text =
        name === 'tickets'
          ? ticketsCsv((await dashboard.behind(asked, asked, { limit: LIMITS.file })).tickets)
          : name === 'accounts'
            ? accountsCsv((await dashboard.signals(asked)).accounts)
            : OVERVIEWS[name](await dashboard.overview(asked));
      return new Response(text, {
        headers: {
          ...SAFE,
          'content-type': 'text/csv; charset=utf-8; header=present',
          'content-disposition': `attachment; filename="deskhand-${name}.csv"`,
          'cache-control': 'no-store',
        },
      });
    }),
  ];
}

const OVERVIEWS = { days: daysCsv, categories: categoriesCsv, autonomy: autonomyCsv };
