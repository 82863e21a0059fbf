// The `deskhand` command.
import { Command, CommanderError } from 'commander';
import { calibrateCommand } from './cli/calibrate.ts';
import { digestCommand } from './cli/digest.ts';
import { doctorCommand } from './cli/doctor.ts';
import { evalCommand } from './cli/eval.ts';
import { importCommand } from './cli/import.ts';
import { policyCommand } from './cli/policy.ts';
import { priorityCommand } from './cli/priority.ts';
import { setupCommand } from './cli/setup.ts';
import { demoCommand, startCommand } from './cli/start.ts';
import { VERSION } from './cli/version.ts';
import { AppError, errorText } from './model/errors.ts';

/** Exit codes: 0 done, 1 failed, 2 used wrongly. */
const FAILED = 1;
const WRONG_USE = 2;

const program = new Command('deskhand')
  .description('The support inbox that lives in your team’s chat.')
  .version(VERSION, '--version', 'print the version');
for (const command of [
  startCommand(),
  demoCommand(),
  importCommand(),
  doctorCommand(),
  policyCommand(),
  priorityCommand(),
  calibrateCommand(),
  digestCommand(),
  setupCommand(),
  evalCommand(),
])
  program.addCommand(command);
refuseKindly(program);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : WRONG_USE;
  else {
    console.error(error instanceof AppError ? error.message : `Unexpected failure: ${errorText(error)}`);
    if (!(error instanceof AppError) && error instanceof Error) console.error(error.stack);
    process.exit(error instanceof AppError && error.code === 'wrong_use' ? WRONG_USE : FAILED);
  }
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
