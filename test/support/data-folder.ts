// Data folders for tests: made where PostgreSQL's user can go, and removed with everything they point to.
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** An empty folder that any user may enter. */
export async function createDataFolder(prefix = 'deskhand-data-'): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), prefix));
  await chmod(folder, 0o755);
  return folder;
}

/** Removes the folder and the cluster that it may keep elsewhere. The server must have stopped. */
export async function removeDataFolder(folder: string): Promise<void> {
  const home = await readFile(join(folder, 'postgres.location'), 'utf8').catch(() => '');
  if (home.startsWith('/var/lib/deskhand/')) await rm(home.trim(), { recursive: true, force: true });
  await rm(folder, { recursive: true, force: true });
}
