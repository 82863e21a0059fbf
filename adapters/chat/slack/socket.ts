// Slack's events over Socket Mode: bolt's receiver, and a loop that keeps it connected whatever happens.
import { setTimeout as pause } from 'node:timers/promises';
import { type App, type Receiver, type ReceiverEvent, SocketModeReceiver, webApi } from '@slack/bolt';
import { errorText } from '../../../src/model/errors.ts';
import type { Log } from '../../../src/ports.ts';
import { toAppError } from './errors.ts';

type Options = ConstructorParameters<typeof SocketModeReceiver>[0];

export interface SocketReceiver extends Receiver {
  /** Null while connected, or when it may connect; else what stands in the way, in words. */
  problem(): Promise<string | null>;
}

/** Longest pause between two attempts to connect. */
const LONGEST_MS = 30_000;

/**
 * bolt's own reconnecting ends the process when Slack refuses or cannot be asked for a new address (a rejected
 * promise that nobody handles), so it is switched off and done here.
 */
export function createSocketReceiver(options: {
  appToken: string;
  logger: Options['logger'];
  clientOptions: NonNullable<Options['installerOptions']>['clientOptions'];
  log: Log;
  firstPauseMs?: number;
}): SocketReceiver {
  const { log, firstPauseMs = 500 } = options;
  const receiver = new SocketModeReceiver({
    appToken: options.appToken,
    logger: options.logger,
    autoReconnectEnabled: false,
    installerOptions: { clientOptions: { ...options.clientOptions, retryConfig: { retries: 0 } } },
  });
  const { client } = receiver;
  const stopping = new AbortController();
  let problem: string | null = 'is connecting';
  let loop: Promise<void> | null = null;

  async function keepConnected(): Promise<void> {
    let wait = firstPauseMs;
    while (!stopping.signal.aborted) {
      const ended = Promise.withResolvers<void>();
      client.once('disconnected', () => ended.resolve());
      try {
        await receiver.start();
        if (stopping.signal.aborted) await client.disconnect();
        problem = null;
        wait = firstPauseMs;
        log.info({}, 'connected to Slack by Socket Mode');
        await ended.promise;
        problem = 'was cut off and is connecting again';
      } catch (error) {
        problem = error ? errorText(error) : 'the connection was refused';
        log.warn({ reason: problem }, 'Slack cannot be reached by Socket Mode; trying again');
      }
      await pause(wait, undefined, { signal: stopping.signal }).catch(() => undefined);
      wait = Math.min(LONGEST_MS, wait * 2);
    }
  }

  /** Slack gives an address to connect to, or says why not; nobody need connect there. */
  async function mayConnect(): Promise<string | null> {
    const web = new webApi.WebClient(options.appToken, { ...options.clientOptions });
    try {
      await web.apps.connections.open({});
      return null;
    } catch (error) {
      const { code, message } = toAppError(error);
      return ['token_revoked', 'missing_scope'].includes(code)
        ? 'does not accept SLACK_APP_TOKEN: make an app-level token with the scope connections:write under "Basic Information"'
        : `cannot be used: ${message}`;
    }
  }

  return {
    init: (app) => receiver.init(acknowledgingLast(app)),
    async start() {
      loop ??= keepConnected();
    },
    async stop() {
      stopping.abort();
      await receiver.stop();
      await loop;
    },
    problem: async () => (loop ? problem : mayConnect()),
  };
}

/**
 * bolt acknowledges an event before it is worked on, and Slack never sends it again. As over HTTP, it is acknowledged
 * when its listeners are done; what they throw leaves it to be delivered again.
 */
function acknowledgingLast(app: App): App {
  return Object.create(app, {
    processEvent: {
      async value(event: ReceiverEvent) {
        if (event.body.type !== 'event_callback') return app.processEvent(event);
        await app.processEvent({ ...event, ack: async () => undefined });
        await event.ack();
      },
    },
  });
}
