// The sample workspace's own configuration file with the environment of this process.
import { join } from 'node:path';
import { type Config, loadConfig, SHIPPED_CONFIG } from '../config.ts';
import { allModules } from './adapters.ts';

/** `env`: instead of the process's own environment. */
export function sampleConfig(env?: Record<string, string | undefined>): Config {
  return loadConfig(allModules, env, join(SHIPPED_CONFIG, 'sample/deskhand.yaml'));
}
