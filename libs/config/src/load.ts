import { readFileSync } from 'node:fs';
import { parseIni } from './ini.js';
import { nearest } from './nearest.js';
import { environmentName, SETTINGS, type Config, type Setting } from './settings.js';

/** Where a program without `--config` looks, from the folder that it was started in. */
export const DEFAULT_FILE = 'config/app.ini';

/** A text that somebody gave for a setting, and where. */
interface Given {
  readonly section: string;
  readonly key: string;
  readonly text: string;
  /** How the giver knows it: a file's name or an environment variable. */
  readonly source: string;
}

/** All that is wrong with a configuration, told at once. */
export class ConfigError extends Error {
  constructor(
    /** One sentence a problem: section, key, the value given and what would be right. */
    readonly problems: readonly string[],
  ) {
    super(problems.join('\n'));
    this.name = 'ConfigError';
  }
}

export interface Sources {
  /** The file that `--config` names; without it `config/app.ini`, if there is one. */
  readonly file?: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Reads the configuration: defaults, over them the file, over it the environment.
 *
 * @throws ConfigError with every problem found, not only the first
 */
export function loadConfig({ file, env }: Sources): Config {
  const problems: string[] = [];
  const given = [...fromFile(file, problems), ...fromEnvironment(env, problems)];
  const texts = new Map<string, Given>();
  for (const item of given) {
    const unknown = unknownName(item);
    if (unknown) problems.push(unknown);
    else texts.set(`${item.section}.${item.key}`, item);
  }
  const config: Record<string, Record<string, unknown>> = {};
  for (const [section, keys] of Object.entries(SETTINGS)) {
    const values: Record<string, unknown> = (config[section] = {});
    for (const [key, setting] of Object.entries<Setting<unknown>>(keys)) {
      const item = texts.get(`${section}.${key}`);
      values[key] = setting.kind.parse(item?.text ?? setting.fallback);
      if (values[key] === undefined) problems.push(wrongValue(item!, setting));
    }
    Object.freeze(values);
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze(config) as Config;
}

function fromFile(file: string | undefined, problems: string[]): Given[] {
  const name = file ?? DEFAULT_FILE;
  let content: string;
  try {
    content = readFileSync(name, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && file === undefined) return [];
    problems.push(`${name}: ${code === 'ENOENT' ? 'no such file' : message}`);
    return [];
  }
  const ini = parseIni(content);
  problems.push(...ini.problems.map((problem) => `${name}: ${problem}`));
  const given = new Map<string, Given>();
  for (const { section, key, value, line } of ini.entries) {
    const at = `${section}.${key}`;
    if (given.has(at)) problems.push(`${name}: line ${line}: [${section}] ${key} is given a second time`);
    given.set(at, { section, key, text: value, source: name });
  }
  return [...given.values()];
}

function fromEnvironment(env: NodeJS.ProcessEnv, problems: string[]): Given[] {
  const given: Given[] = [];
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith('SIGNPOST_') || value === undefined) continue;
    const target = byEnvironmentName(name);
    if (target) given.push({ ...target, text: value, source: name });
    else if (byEnvironmentName(name.replace(/_FILE$/, ''))?.setting.secret) {
      const item = fromSecretFile(name, value, problems);
      if (item) given.push(item);
      if (env[name.replace(/_FILE$/, '')] !== undefined) {
        problems.push(`${name}: ${name.replace(/_FILE$/, '')} is set too; unset one of them`);
      }
    } else problems.push(`${name}: no such setting${hint(name, allEnvironmentNames())}`);
  }
  return given;
}

/** A secret may come from a file, so that it stands in no process list: its last line break is no part of it. */
function fromSecretFile(name: string, path: string, problems: string[]): Given | undefined {
  const { section, key } = byEnvironmentName(name.replace(/_FILE$/, ''))!;
  try {
    return { section, key, text: readFileSync(path, 'utf8').replace(/\r?\n$/, ''), source: name };
  } catch (error) {
    problems.push(`${name}: cannot read ${path}: ${(error as Error).message}`);
    return undefined;
  }
}

function byEnvironmentName(name: string): { section: string; key: string; setting: Setting<unknown> } | undefined {
  for (const [section, keys] of Object.entries(SETTINGS)) {
    for (const [key, setting] of Object.entries<Setting<unknown>>(keys)) {
      if (environmentName(section, key) === name) return { section, key, setting };
    }
  }
  return undefined;
}

function allEnvironmentNames(): string[] {
  return Object.entries(SETTINGS).flatMap(([section, keys]) =>
    Object.keys(keys).map((key) => environmentName(section, key)),
  );
}

function unknownName({ section, key, source }: Given): string | undefined {
  const sections: Record<string, object> = SETTINGS;
  if (!Object.hasOwn(sections, section)) {
    return `${source}: [${section}] is no section${hint(section, Object.keys(sections))}`;
  }
  const keys = sections[section]!;
  if (!Object.hasOwn(keys, key)) return `${source}: [${section}] has no key ${key}${hint(key, Object.keys(keys))}`;
  return undefined;
}

function hint(word: string, candidates: string[]): string {
  const near = nearest(word, candidates);
  return near ? `; did you mean ${near}?` : '';
}

function wrongValue({ section, key, text, source }: Given, { kind, secret }: Setting<unknown>): string {
  const value = secret ? 'the value given (not shown)' : JSON.stringify(text);
  return `${source}: [${section}] ${key} is ${value}, expected ${kind.expects}`;
}
