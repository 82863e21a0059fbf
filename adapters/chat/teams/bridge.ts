// Between the web's Request and Response and the adapter's process(req, res), which knows Express.

/** What the Bot Framework's adapter reads of a request and calls on a response. */
interface ExpressLike {
  request: { method: string; headers: Record<string, string>; body: Record<string, unknown> };
  response: {
    socket: unknown;
    header(name: string, value: unknown): unknown;
    status(code: number): unknown;
    send(body?: unknown): unknown;
    end(): unknown;
  };
}

type Process = (request: ExpressLike['request'], response: ExpressLike['response']) => Promise<void>;

/** Answers a web request by `process`. `body` is the request's JSON, read already. */
export async function throughBridge(
  request: Request,
  body: Record<string, unknown>,
  process: Process,
): Promise<Response> {
  let status = 200;
  let sent: unknown;
  const response: ExpressLike['response'] = {
    socket: null,
    // It sets a User-Agent on the answer, which nobody needs.
    header: () => undefined,
    status: (code) => {
      status = code;
    },
    send: (content) => {
      sent = content;
    },
    end: () => undefined,
  };
  await process({ method: request.method, headers: Object.fromEntries(request.headers), body }, response);
  if (sent === undefined) return new Response(null, { status });
  return typeof sent === 'string' ? new Response(sent, { status }) : Response.json(sent, { status });
}
