// Slack's events over Socket Mode: bolt's receiver, and a loop that keeps it connected whatever happens.
import { setTimeout as pause } from 'node:timers/promises';
import { type Receiver, SocketModeReceiver } from '@slack/bolt';
import { errorText } from '../../../src/model/errors.ts';
import type { Log } from '../../../src/ports.ts';

type Options = ConstructorParameters<typeof SocketModeReceiver>[0];

export interface SocketReceiver extends Receiver {
  /** Null while connected, else what stands in the way, in words. */
  problem(): string | null;
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

  return {
    init: (app) => receiver.init(app),
    async start() {
      loop ??= keepConnected();
    },
    async stop() {
      stopping.abort();
      await receiver.stop();
      await loop;
    },
    problem: () => problem,
  };
}
