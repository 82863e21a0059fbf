// All commands of `deskhand`, ready to parse what people typed.
import { Command } from 'commander';
import { calibrateCommand } from './calibrate.ts';
import { digestCommand } from './digest.ts';
import { doctorCommand } from './doctor.ts';
import { evalCommand } from './eval.ts';
import { importCommand } from './import.ts';
import { policyCommand } from './policy.ts';
import { priorityCommand } from './priority.ts';
import { setupCommand } from './setup.ts';
import { demoCommand, startCommand } from './start.ts';
import { VERSION } from './version.ts';

/** The command with all its commands; wrong use is thrown as a CommanderError. */
export function createProgram(): Command {
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
