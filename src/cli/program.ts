// All commands of `deskhand`, ready to parse what people typed.
import { Command } from 'commander';
import { VERSION } from './version.ts';

/** Each is loaded when somebody asks for it: all together they take a second. */
const COMMANDS: { name: string; description: string; load(): Promise<Command> }[] = [
  {
    name: 'start',
    description: 'run the bot; without any setting and with an empty database it shows the sample workspace',
    load: async () => (await import('./start.ts')).startCommand(),
  },
  {
    name: 'demo',
    description: 'run the sample workspace, in a database of its own, whatever is configured',
    load: async () => (await import('./start.ts')).demoCommand(),
  },
  {
    name: 'import',
    description: 'import history, customers or knowledge; can be repeated and resumed',
    load: async () => (await import('./import.ts')).importCommand(),
  },
  {
    name: 'doctor',
    description: 'check everything and say what to do',
    load: async () => (await import('./doctor.ts')).doctorCommand(),
  },
  {
    name: 'policy',
    description: 'what the bot may do by itself, category by category',
    load: async () => (await import('./policy.ts')).policyCommand(),
  },
  {
    name: 'priority',
    description: 'what makes a ticket important: configured, learned and used weights',
    load: async () => (await import('./priority.ts')).priorityCommand(),
  },
  {
    name: 'calibrate',
    description: 'answer solved tickets again, each unseen, and learn from the replies that were sent',
    load: async () => (await import('./calibrate.ts')).calibrateCommand(),
  },
  {
    name: 'digest',
    description: 'what came in, who answered, and what changed',
    load: async () => (await import('./digest.ts')).digestCommand(),
  },
  {
    name: 'setup',
    description: 'connect a chat platform: files to upload, steps, checks',
    load: async () => (await import('./setup.ts')).setupCommand(),
  },
  {
    name: 'eval',
    description: 'measure the engines on labelled files',
    load: async () => (await import('./eval.ts')).evalCommand(),
  },
];

/**
 * The command with all its commands; wrong use is thrown as a CommanderError. Those that `typed` does not name are
 * there by name and description alone; without it all are whole.
 */
export async function createProgram(typed?: readonly string[]): Promise<Command> {
  const program = new Command('deskhand')
    .description('The support inbox that lives in your team’s chat.')
    .version(VERSION, '--version', 'print the version');
  for (const { name, description, load } of COMMANDS) {
    const command = !typed || typed.includes(name) ? await load() : new Command(name);
    program.addCommand(command.description(description));
  }
  refuseKindly(program);
  return program;
}

/** Wrong use of a command, and of those below it, is told here with its exit code. */
function refuseKindly(command: Command): void {
  command.exitOverride().showHelpAfterError(`(${pathOf(command)} --help lists what there is)`);
  command.commands.forEach(refuseKindly);
}

/** `deskhand import tickets` */
function pathOf(command: Command): string {
  return command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();
}
