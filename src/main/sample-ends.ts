// The far ends of the sample workspace: its customers' channels and its tracker are channels of the console.
import type { InboundMessage, Receipt } from '../model/message.ts';
import type { AdapterStore, ChatPlatform, Clock, IntakeChannel, Log, Tracker } from '../ports.ts';
import { createSampleChannel } from './sample-channels.ts';
import { createComeback } from './sample-comeback.ts';
import { createSampleTracker } from './sample-tracker.ts';

export interface SampleEnds {
  channels: IntakeChannel[];
  tracker: Tracker;
  stop(): void;
}

export function createSampleEnds(deps: {
  console(): ChatPlatform | undefined;
  memory: AdapterStore;
  clock: Clock;
  log: Log;
  timeZone: string;
  publicUrl: string;
  receive(message: InboundMessage): Promise<Receipt>;
}): SampleEnds {
  const { memory, clock, log, timeZone, publicUrl, receive } = deps;
  const comeback = createComeback({ memory, log, receive });
  const { sent } = comeback;
  return {
    channels: ['email', 'livechat', 'api'].map((name) =>
      createSampleChannel(name, { platform: deps.console, memory, clock, timeZone, sent }),
    ),
    tracker: createSampleTracker({ platform: deps.console, memory, clock, publicUrl }),
    stop: comeback.stop,
  };
}
