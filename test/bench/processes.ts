// What processes use, read from Linux's /proc: processor time and memory of a process and of a server's family.
import { readdir, readFile } from 'node:fs/promises';

/** The kernel counts processor time in these: USER_HZ is 100 on every Linux that Node runs on. */
const TICK_S = 0.01;
const KIB = 1024;

interface ProcessTimes {
  parent: number;
  /** Seconds of processor time, all threads. */
  own: number;
  /** The same of children that have ended. */
  ended: number;
}

/** proc(5): the fields after the command's closing bracket, `state` first. */
async function timesOf(pid: number): Promise<ProcessTimes | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  if (stat === null) return null;
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const at = (field: number) => fields[field - 3] ?? 0;
  return { parent: at(4), own: (at(14) + at(15)) * TICK_S, ended: (at(16) + at(17)) * TICK_S };
}

export async function parentOf(pid: number): Promise<number> {
  const times = await timesOf(pid);
  if (!times) throw new Error(`process ${pid} has ended`);
  return times.parent;
}

/** Seconds of processor time that one process has used, its threads included. */
export async function cpuOf(pid: number): Promise<number> {
  return (await timesOf(pid))?.own ?? 0;
}

/** The same of a process and its children, those that have ended included. */
export async function cpuOfFamily(pid: number): Promise<number> {
  const root = await timesOf(pid);
  if (!root) return 0;
  const children = await Promise.all((await childrenOf(pid)).map(timesOf));
  return root.own + root.ended + children.reduce((sum, child) => sum + (child?.own ?? 0), 0);
}

/** Bytes of memory that one process has resident now, and at most so far. */
export async function memoryOf(pid: number): Promise<{ now: number; most: number }> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return { now: sizeIn(status, 'VmRSS'), most: sizeIn(status, 'VmHWM') };
}

/** Bytes that a server and its children have resident; what they share is counted once (Pss). */
export async function memoryOfFamily(pid: number): Promise<number> {
  let sum = 0;
  for (const member of [pid, ...(await childrenOf(pid))])
    sum += sizeIn(await readFile(`/proc/${member}/smaps_rollup`, 'utf8').catch(() => ''), 'Pss');
  return sum;
}

async function childrenOf(pid: number): Promise<number[]> {
  const all = (await readdir('/proc')).map(Number).filter((entry) => entry > 0);
  const parents = await Promise.all(all.map(async (one) => ({ one, times: await timesOf(one) })));
  return parents.filter(({ times }) => times?.parent === pid).map(({ one }) => one);
}

function sizeIn(text: string, field: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0) * KIB;
}
