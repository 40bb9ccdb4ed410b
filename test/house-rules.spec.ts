// The rules of the house that no linter knows. Each names the files that break it.
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';

interface Source {
  readonly file: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

interface Import {
  readonly specifier: string;
  /** `import type`: gone at run time. */
  readonly typeOnly: boolean;
}

const IMPORT = /^(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?['"]([^'"]+)['"]/gm;

function read(file: string): Source {
  const text = readFileSync(file, 'utf8');
  const imports = [...text.matchAll(IMPORT)].map(([, type, specifier]) => ({
    specifier: specifier!,
    typeOnly: type !== undefined,
  }));
  return { file, text, imports };
}

const ALL = globSync('{apps,libs,test}/**/*.ts').map(normalize).sort().map(read);
const CODE = ALL.filter(({ file }) => !file.endsWith('.spec.ts') && !file.startsWith('test/'));
const BY_FILE = new Map(CODE.map((source) => [source.file, source]));

/** The files of `sources` that `breaks` is true of. */
function breaking(sources: readonly Source[], breaks: (source: Source) => boolean): string[] {
  return sources.filter(breaks).map(({ file }) => file);
}

function under(...folders: string[]): Source[] {
  return CODE.filter(({ file }) => folders.some((folder) => file.startsWith(`${folder}/`)));
}

/** The file of this repository that an import leads to, if it is one. */
function target({ file }: Source, specifier: string): string | undefined {
  const lib = /^#libs\/([\w-]+)$/.exec(specifier)?.[1];
  if (lib) return `libs/${lib}/src/index.ts`;
  if (!specifier.startsWith('.')) return undefined;
  return join(dirname(file), specifier).replace(/\.js$/, '.ts');
}

describe('layers', () => {
  it('keeps Nest out of the libs that a test builds with new', () => {
    const libs = ['dns', 'registry', 'cache', 'redis', 'primary', 'supervisor', 'sockets', 'config', 'time'];
    const plain = under(...libs.map((lib) => `libs/${lib}`));
    expect(breaking(plain, ({ imports }) => imports.some(({ specifier }) => specifier.startsWith('@nestjs/')))).toEqual(
      [],
    );
  });

  it('shows Nest only in files whose names say so, and where an app is put together', () => {
    const named = /\.(module|controller|guard|interceptor|filter|pipe|decorator|adapter)\.ts$/;
    const composing = /^apps\/(\w+)\/src\/\1\.ts$/;
    const usesNest = ({ imports }: Source) =>
      imports.some(({ specifier, typeOnly }) => specifier.startsWith('@nestjs/') && !typeOnly);
    const elsewhere = CODE.filter(({ file }) => !named.test(file) && !composing.test(file));
    expect(breaking(elsewhere, usesNest)).toEqual([]);
  });

  it('lets bytes know nothing of answers, and answers nothing of sockets', () => {
    const reaches =
      (...folders: string[]) =>
      (source: Source) =>
        source.imports.some(({ specifier }) => {
          const file = target(source, specifier);
          return folders.some((folder) => file?.startsWith(`libs/dns/src/${folder}/`));
        });
    expect(breaking(under('libs/dns/src/wire'), reaches('zone', 'server', 'forward'))).toEqual([]);
    expect(breaking(under('libs/dns/src/zone'), reaches('server', 'forward'))).toEqual([]);
  });

  it('keeps the registry free of DNS and of the HTTP edge', () => {
    const foreign = /^(#libs\/(dns|http|discovery|probes)|fastify)$/;
    expect(breaking(under('libs/registry'), ({ imports }) => imports.some((i) => foreign.test(i.specifier)))).toEqual(
      [],
    );
  });

  it('joins libs only in apps: no lib imports an app', () => {
    const intoApp = (source: Source) => source.imports.some((i) => target(source, i.specifier)?.startsWith('apps/'));
    expect(breaking(under('libs'), intoApp)).toEqual([]);
  });

  it('has no import cycle', () => {
    const state = new Map<string, 'open' | 'done'>();
    const cycles: string[] = [];
    const visit = (file: string, path: readonly string[]): void => {
      if (state.get(file) === 'done' || !BY_FILE.has(file)) return;
      if (state.get(file) === 'open') return void cycles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
      state.set(file, 'open');
      const source = BY_FILE.get(file)!;
      for (const { specifier } of source.imports) visit(target(source, specifier) ?? '', [...path, file]);
      state.set(file, 'done');
    };
    for (const { file } of CODE) visit(file, []);
    expect(cycles).toEqual([]);
  });
});

describe('doors', () => {
  it('enters a lib through its src/index.ts', () => {
    const around = (source: Source) =>
      source.imports.some(({ specifier }) => {
        const file = target(source, specifier);
        const lib = /^libs\/[\w-]+\//.exec(file ?? '')?.[0];
        if (!lib || source.file.startsWith(lib)) return /^#libs\/[\w-]+\//.test(specifier);
        return specifier.startsWith('.');
      });
    expect(breaking(ALL, around)).toEqual([]);
  });

  it('has no barrel but those, and exports by name', () => {
    const barrels = globSync('{apps,libs}/**/index.ts').filter((file) => !/^libs\/[\w-]+\/src\/index\.ts$/.test(file));
    expect(barrels).toEqual([]);
    expect(breaking(CODE, ({ text }) => /^export \*/m.test(text))).toEqual([]);
  });

  it('ties no two classes with forwardRef', () => {
    expect(breaking(CODE, ({ text }) => /\bforwardRef\(/.test(text))).toEqual([]);
  });
});

describe('tests', () => {
  it('all run: none is skipped, left for later or run alone', () => {
    const withheld = /\b(?:it|test|describe)\.(?:skip|only|todo|skipIf|runIf)\b/;
    const specs = ALL.filter(({ file }) => file.endsWith('.spec.ts') && file !== 'test/house-rules.spec.ts');
    expect(breaking(specs, ({ text }) => withheld.test(text))).toEqual([]);
  });
});

describe('documentation', () => {
  const { dependencies, devDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    dependencies: Record<string, string>;
    devDependencies: Record<string, string>;
  };
  const architecture = readFileSync('ARCHITECTURE.md', 'utf8');

  it('gives the reason for each dependency, once, and for nothing else', () => {
    const rows = [...architecture.matchAll(/^\| (`[^|]+`) +\|/gm)].map(([, packages]) => packages!);
    const explained = rows.flatMap((packages) => packages.replaceAll('`', '').split(', '));
    expect(explained.sort()).toEqual(Object.keys({ ...dependencies, ...devDependencies }).sort());
  });

  it('names each lib and each app', () => {
    const rooms = globSync('{apps,libs}/*').filter((room) => !architecture.includes(room));
    expect(rooms).toEqual([]);
  });

  it('keeps no address of a registry in the lockfile', () => {
    expect(readFileSync('package-lock.json', 'utf8')).not.toMatch(/"resolved": "http/);
  });
});
