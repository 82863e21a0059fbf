// Configuration: environment and config/deskhand.yaml become one frozen Config; the only reader of process.env.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseDocument } from 'yaml';
import type { z } from 'zod';
import { explainIssues, nearestKey } from './config/explain.ts';
import { type Env, envSchema, type YamlConfig, yamlSchema } from './config/schema.ts';
import { AppError } from './model/errors.ts';
import { type Taxonomy, taxonomySchema } from './model/taxonomy.ts';
import type { AdapterConfigInput } from './ports.ts';

const DEFAULT_TAXONOMY = 'taxonomy.yaml';
const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Folder with what is shipped: default configuration, sample workspace. */
export const SHIPPED_CONFIG = resolve(ROOT, 'config');
/** Folder of the language model's prompts. */
export const SHIPPED_PROMPTS = resolve(ROOT, 'prompts');

export interface Config {
  env: Env;
  yaml: YamlConfig;
  /** The file that `yaml` was read from. */
  file: string;
  dataDir: string;
  taxonomy: Taxonomy;
  /** Slice of each adapter that is set up, by adapter id. */
  adapters: ReadonlyMap<string, unknown>;
  /** Where browsers reach the bot, without a slash at the end. */
  publicUrl: string;
  /** True when a platform, mailbox, tracker or source is set up, or a database is named: then there is no sample workspace. */
  configured: boolean;
}

export interface ConfigurableAdapter {
  id: string;
  config: z.ZodType<unknown, AdapterConfigInput>;
  /** Works without any setting, so that its presence does not mean that somebody configured the bot. */
  builtIn?: boolean;
}

/**
 * Reads and checks everything at once. Throws AppError `config_invalid` whose message lists every fault with
 * the variable's or key's name, what it got and what is allowed. `configFile` outranks DESKHAND_CONFIG.
 */
export function loadConfig(
  modules: ConfigurableAdapter[],
  given: Record<string, string | undefined> = process.env,
  configFile?: string,
): Config {
  // Compose files and shells pass unset variables as empty strings.
  const environment = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ''));
  const faults: string[] = [];

  const env = envSchema.safeParse(environment);
  if (!env.success) faults.push(...explainIssues(env.error, environment, null, 'environment'));
  faults.push(...unknownVariables(environment));
  if (environment.OPENAI_MODEL && !environment.OPENAI_API_KEY && !environment.OPENAI_BASE_URL)
    faults.push(
      'environment: OPENAI_MODEL needs OPENAI_API_KEY, or OPENAI_BASE_URL where the server asks for no key.',
    );
  // Adapters may look at the same variables; one sentence about each is enough.
  const wrongVariables = new Set(env.error?.issues.map(({ path }) => path[0]));

  const file = resolve(configFile ?? environment.DESKHAND_CONFIG ?? defaultFile());
  const yaml = readYaml(file, yamlSchema, faults);
  if (yaml) faults.push(...contradictions(yaml, file));
  const taxonomy = readYaml(taxonomyFile(file, yaml), taxonomySchema, faults);
  if (yaml && taxonomy) faults.push(...unknownCategories(yaml, taxonomy, file));

  const adapters = new Map<string, unknown>();
  let configured = Boolean(environment.DATABASE_URL);
  const input = { env: environment, yaml: { ...yaml } };
  for (const module of yaml ? modules : []) {
    const slice = module.config.safeParse(input);
    if (!slice.success) {
      const unsaid = slice.error.issues.filter(
        ({ path }) => !(path[0] === 'env' && wrongVariables.has(path[1])),
      );
      faults.push(...explainIssues({ issues: unsaid }, input, null, file));
    } else if (slice.data !== null) {
      adapters.set(module.id, slice.data);
      configured ||= !module.builtIn;
    }
  }
  if (faults.length > 0 || !env.success || !yaml || !taxonomy)
    throw new AppError('config_invalid', ['The configuration cannot be used:', ...faults].join('\n  - '));

  const host = ['0.0.0.0', '::', '127.0.0.1', '::1'].includes(env.data.HOST) ? 'localhost' : env.data.HOST;
  return deepFreeze({
    env: env.data,
    yaml,
    file,
    dataDir: resolve(env.data.DATA_DIR),
    taxonomy,
    adapters,
    publicUrl: (env.data.DESKHAND_PUBLIC_URL ?? `http://${host}:${env.data.PORT}`).replace(/\/$/, ''),
    configured,
  });
}

/** The taxonomy of a configuration as its file has it now; throws `config_invalid` naming each fault, as the start does. */
export function readTaxonomy({ file, yaml }: Pick<Config, 'file' | 'yaml'>): Taxonomy {
  const faults: string[] = [];
  const taxonomy = readYaml(taxonomyFile(file, yaml), taxonomySchema, faults);
  if (taxonomy) faults.push(...unknownCategories(yaml, taxonomy, file));
  if (!taxonomy || faults.length > 0) throw new AppError('config_invalid', faults.join('; '));
  return taxonomy;
}

function defaultFile(): string {
  const local = resolve('config/deskhand.yaml');
  return existsSync(local) ? local : resolve(SHIPPED_CONFIG, 'deskhand.yaml');
}

/** Where the taxonomy stands; the shipped one stands in only where the configuration names none. */
export function taxonomyFile(configFile: string, yaml: YamlConfig | null): string {
  const named = resolve(dirname(configFile), yaml?.taxonomy ?? DEFAULT_TAXONOMY);
  const isDefault = !yaml || yaml.taxonomy === DEFAULT_TAXONOMY;
  return isDefault && !existsSync(named) ? resolve(SHIPPED_CONFIG, DEFAULT_TAXONOMY) : named;
}

function readYaml<T>(file: string, schema: z.ZodType<T>, faults: string[]): T | null {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    faults.push(
      `${file}: cannot be read; DESKHAND_CONFIG names the configuration, its key "taxonomy" the taxonomy.`,
    );
    return null;
  }
  const document = parseDocument(text);
  if (document.errors.length > 0) {
    faults.push(...document.errors.map((error) => `${file}: ${error.message.split('\n')[0]}`));
    return null;
  }
  const value = withoutEmptyKeys(document.toJS()) ?? {};
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  faults.push(...explainIssues(parsed.error, value, schema, file));
  return null;
}

/** A key with everything under it commented out is null in YAML; here it counts as not given. */
function withoutEmptyKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmptyKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== null)
      .map(([key, inner]) => [key, withoutEmptyKeys(inner)]),
  );
}

/** Mistyped variables of our own would silently do nothing, so they are faults. */
function unknownVariables(environment: Record<string, string | undefined>): string[] {
  const known = Object.keys(envSchema.shape);
  return Object.keys(environment)
    .filter((name) => name.startsWith('DESKHAND_') && !known.includes(name))
    .map((name) => {
      const nearest = nearestKey(name, known);
      return `environment: unknown variable ${name}; ${nearest ? `did you mean ${nearest}?` : `known: ${known.filter((k) => k.startsWith('DESKHAND_')).join(', ')}.`}`;
    });
}

/** Modes and routes of a category that does not exist would silently do nothing, so they are faults. */
function unknownCategories(yaml: YamlConfig, taxonomy: Taxonomy, file: string): string[] {
  const ids = taxonomy.categories.map(({ id }) => id);
  const areas = ids.map((id) => id.split('/')[0] ?? id);
  const named = [
    ...Object.keys(yaml.modes.categories).map((id) => ({ id, at: 'modes.categories', known: ids })),
    ...yaml.agents.flatMap(({ categories = [] }, index) =>
      categories.map((id) => ({ id, at: `agents[${index}].categories`, known: [...ids, ...areas] })),
    ),
    ...yaml.routes.flatMap(({ when }, index) =>
      (when.category ?? []).map((id) => ({
        id,
        at: `routes[${index}].when.category`,
        known: [...ids, ...areas],
      })),
    ),
  ];
  return named
    .filter(({ id, known }) => !known.includes(id))
    .map(({ id, at, known }) => {
      const nearest = nearestKey(id, known);
      return `${file}: ${at} is "${id}", which is no category of the taxonomy; ${nearest ? `did you mean "${nearest}"?` : `known: ${ids.join(', ')}.`}`;
    });
}

/** Freezes plain data all the way down; class instances and maps keep their own rules. */
function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  const isPlain = Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
  if (!isPlain) return value;
  for (const inner of Object.values(value)) deepFreeze(inner);
  return Object.freeze(value);
}

function contradictions(yaml: YamlConfig, file: string): string[] {
  const emails = yaml.agents.map((agent) => agent.email.toLowerCase());
  const twice = emails
    .filter((email, index) => emails.indexOf(email) !== index)
    .map((email) => `${file}: agents: ${email} stands twice; give each agent an address of their own.`);
  return [...twice, ...unknownMentions(yaml, file), ...unknownEscalation(yaml, file)];
}

/** A mention of nobody would silently do nothing. */
function unknownMentions({ routes, agents }: YamlConfig, file: string): string[] {
  const known = agents.flatMap(({ name, email, team }) => [name, email, ...(team ? [`team:${team}`] : [])]);
  return routes.flatMap(({ mention = [] }, index) =>
    mention
      .filter((one) => !known.some((name) => name.toLowerCase() === one.toLowerCase()))
      .map((one) => {
        const nearest = nearestKey(one, known);
        return `${file}: routes[${index}].mention is "${one}", which is no agent and no team of "agents"; ${nearest ? `did you mean "${nearest}"?` : 'give a name, an e-mail or team:NAME.'}`;
      }),
  );
}

/** A warning that nobody gets would silently do nothing. */
function unknownEscalation({ warnings, agents }: YamlConfig, file: string): string[] {
  const named = agents.flatMap(({ name, email, team }) => [name, email, ...(team ? [`team:${team}`] : [])]);
  const known = ['lead', 'admin', 'team', ...named];
  return warnings.escalation
    .filter((one) => !known.some((name) => name.toLowerCase() === one.toLowerCase()))
    .map((one) => {
      const nearest = nearestKey(one, known);
      return `${file}: warnings.escalation is "${one}", which is no role, agent or team; ${nearest ? `did you mean "${nearest}"?` : 'give lead, admin, team, team:NAME, a name or an e-mail.'}`;
    });
}
