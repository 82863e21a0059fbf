// Before `npm test`: installs the servers that tests need on Debian as root; elsewhere names what will be skipped.
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { findTool, TOOL_NAMES, TOOLS, type ToolName } from '../test/support/tools.ts';

/** Debian asks this file before it starts a freshly installed service; 101 means no. */
const POLICY = '/usr/sbin/policy-rc.d';

const missing = () => TOOL_NAMES.filter((name) => !findTool(name));
const atFirst = missing();
if (atFirst.length > 0 && isDebianRoot()) installOnDebian(atFirst);

for (const name of missing())
  console.log(
    `SKIPPED without ${name} (Debian package ${TOOLS[name].debianPackage}): ${TOOLS[name].without}`,
  );

function isDebianRoot(): boolean {
  return existsSync('/etc/debian_version') && existsSync('/usr/bin/apt-get') && process.getuid?.() === 0;
}

/** Tests start private instances on free ports, so the packages' own services stay off. */
function installOnDebian(tools: ToolName[]): void {
  const packages = tools.map((name) => TOOLS[name].debianPackage);
  console.log(`Installing for the tests: ${packages.join(', ')}`);
  const policyIsOurs = !existsSync(POLICY);
  if (policyIsOurs) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    const done = apt('update') && apt('install', '-y', '--no-install-recommends', ...packages);
    if (!done) console.log('apt-get failed; the tests go on without these programs.');
  } finally {
    if (policyIsOurs) rmSync(POLICY, { force: true });
  }
}

function apt(...args: string[]): boolean {
  const run = spawnSync('apt-get', ['-qq', '-o', 'DPkg::Lock::Timeout=300', ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  return run.status === 0;
}
