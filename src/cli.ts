// The `deskhand` command.
import { CommanderError } from 'commander';
import { createProgram } from './cli/program.ts';
import { AppError, errorText, hasCode } from './model/errors.ts';

/** Exit codes: 0 done, 1 failed, 2 used wrongly. */
const FAILED = 1;
const WRONG_USE = 2;

try {
  const program = await createProgram(process.argv.slice(2));
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : WRONG_USE;
  else {
    console.error(error instanceof AppError ? error.message : `Unexpected failure: ${errorText(error)}`);
    if (!(error instanceof AppError) && error instanceof Error) console.error(error.stack);
    process.exit(hasCode(error, 'wrong_use') ? WRONG_USE : FAILED);
  }
}
