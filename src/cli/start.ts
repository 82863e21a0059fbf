// `deskhand start` and `deskhand demo`: run the bot until it is asked to stop.
import { Command } from 'commander';
import { type Running, type StartOptions, start } from '../main.ts';
import { AppError } from '../model/errors.ts';

/** A second Ctrl-C within the shutdown ends the process at once. */
const FORCED = 130;

export function startCommand(): Command {
  return new Command('start')
    .option('--empty', 'no sample workspace, an empty inbox')
    .option('--fast', 'let all messages of the sample workspace arrive at once')
    .action(async (options: { empty?: boolean; fast?: boolean }) => {
      await run({ workspace: options.empty ? 'real' : 'auto', fast: options.fast ?? false });
    });
}

export function demoCommand(): Command {
  return new Command('demo')
    .option('--fast', 'let all its messages arrive at once')
    .action(async (options: { fast?: boolean }) => {
      await run({ workspace: 'sample', fast: options.fast ?? false });
    });
}

async function run(options: StartOptions): Promise<void> {
  const running = await start(options);
  announce(running);
  await new Promise<void>((resolve) => {
    let stopping = false;
    const stop = () => {
      if (stopping) process.exit(FORCED);
      stopping = true;
      console.log('Stopping: finishing the work in hand …');
      void running.stop().then(resolve, (error: unknown) => {
        console.error(error instanceof AppError ? error.message : error);
        process.exitCode = 1;
        resolve();
      });
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
  });
  // Libraries may keep timers; everything that matters has been written.
  process.exit();
}

function announce({ url, sample, tokenFile, signInLink, config }: Running): void {
  console.log(`Deskhand runs: ${url}/console`);
  if (signInLink) console.log(`Sign a browser in, once: ${signInLink}`);
  if (sample) console.log('Sample workspace. Start empty with `npm start -- --empty`');
  if (tokenFile) console.log(`API token: in ${tokenFile}`);
  if (config.yaml.agents.length === 0 && !sample)
    console.log(`No agents are configured, so everybody who reaches the console may act (${config.file}).`);
}
