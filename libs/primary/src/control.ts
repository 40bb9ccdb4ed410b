import { chmodSync, globSync, rmSync } from 'node:fs';
import { createConnection, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/** What came of a reload that somebody asked for. */
export interface ReloadResult {
  /** The process id of the primary. */
  readonly pid: number;
  /** Why it failed, in sentences; none when it succeeded. */
  readonly problems: readonly string[];
}

const PREFIX = 'primary-';

/**
 * Lets `reload` be asked for from a terminal: a Unix socket in the program's data folder that only its user may open. Whoever connects
 * is told what came of it.
 */
export class Control {
  readonly #path: string;
  readonly #server: Server;

  private constructor(path: string, reload: () => Promise<ReloadResult>) {
    this.#path = path;
    this.#server = createServer((socket) => {
      // A client that went away meanwhile: the reload goes on.
      socket.on('error', () => {});
      void reload().then((result) => socket.end(JSON.stringify(result)));
    });
  }

  /** @throws the error of the system when it cannot listen in the folder */
  static async open(folder: string, reload: () => Promise<ReloadResult>): Promise<Control> {
    const control = new Control(join(folder, `${PREFIX}${process.pid}.sock`), reload);
    rmSync(control.#path, { force: true });
    await new Promise<void>((resolve, reject) => {
      control.#server.once('error', reject).listen(control.#path, resolve);
    });
    chmodSync(control.#path, 0o600);
    return control;
  }

  close(): void {
    this.#server.close();
  }
}

/** Asks every primary over a data folder to reload, and waits for what comes of it. */
export async function askToReload(folder: string): Promise<ReloadResult[]> {
  const results: ReloadResult[] = [];
  for (const path of globSync(`${PREFIX}*.sock`, { cwd: folder })) {
    const result = await ask(join(folder, path));
    if (result) results.push(result);
  }
  return results;
}

/** @returns undefined when nobody listens any more: a primary that was killed leaves its socket, which is removed */
async function ask(path: string): Promise<ReloadResult | undefined> {
  const socket = createConnection(path);
  try {
    return JSON.parse(await text(socket)) as ReloadResult;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ECONNREFUSED') throw error;
    rmSync(path, { force: true });
    return undefined;
  }
}
