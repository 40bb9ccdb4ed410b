import { Control, type ReloadResult } from './control.js';
import { Fleet } from './fleet.js';
import { HeldSockets } from './held-sockets.js';
import { inheritedSockets } from './inherited-sockets.js';
import { PrimaryLog } from './log.js';
import type { Serving } from './messages.js';
import { hasParent, tellParent } from './parent.js';
import { problemsOf } from './worker.js';

/** A stop that takes longer is cut off, in milliseconds: whoever sent SIGTERM counts on 10 s. */
const STOP_DEADLINE = 9_000;
const EXIT_FAILED = 1;

/**
 * The process that a user starts and whose id never changes. It holds the sockets, keeps workers running, and does nothing else, so that
 * there is nothing in it to reload.
 */
export class Primary {
  readonly #name: string;
  readonly #log: PrimaryLog;
  readonly #sockets: HeldSockets;
  readonly #fleet: Fleet;
  #control: Control | undefined;
  #stopping = false;

  /** @param name of the program @param args of its command line, which are those of its workers */
  constructor(name: string, args: readonly string[]) {
    this.#name = name;
    this.#log = new PrimaryLog(name);
    this.#sockets = this.#inherit();
    this.#fleet = new Fleet({ args, sockets: this.#sockets, log: this.#log });
  }

  /** Starts the program. It ends by signals, or when it cannot start. */
  async run(): Promise<void> {
    this.#listen();
    try {
      const serving = await this.#fleet.start(({ endpoints, policy }) => {
        this.#log.use(policy.log);
        this.#log.info(endpoints, 'serving');
      });
      const { unused } = this.#sockets;
      if (unused.length > 0) this.#log.warn({ sockets: unused }, 'inherited sockets that no setting asks for');
      await this.#openControl(serving);
      this.#tell(serving);
    } catch (error) {
      if (!this.#stopping) this.#fail(error);
    }
  }

  #inherit(): HeldSockets {
    try {
      return new HeldSockets(inheritedSockets(process.env));
    } catch (error) {
      return this.#fail(error);
    }
  }

  #listen(): void {
    process.on('SIGHUP', () => void this.#fleet.reload().catch(() => {}));
    process.on('SIGUSR1', () => this.#fleet.tell('reopen'));
    process.on('SIGUSR2', () => this.#fleet.cut());
    // Ctrl-Z would otherwise stop the primary and leave the workers alone with nobody to replace them.
    process.on('SIGTSTP', () => this.#log.warn({ signal: 'SIGTSTP' }, 'not suspended: a server goes on'));
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGQUIT'] as const) process.on(signal, () => void this.#stop(signal));
    // A parent that was killed cannot pass a signal on: its end of the channel closes instead.
    process.on('disconnect', () => this.#stopping || void this.#stop('SIGTERM'));
    process.on('exit', () => this.#control?.close());
  }

  async #stop(signal: NodeJS.Signals): Promise<never> {
    if (this.#stopping) {
      this.#log.warn({ signal }, 'second signal: exiting at once');
      return this.#kill();
    }
    this.#stopping = true;
    this.#log.info({ signal }, 'stopping');
    setTimeout(() => {
      this.#log.error({ deadline_ms: STOP_DEADLINE }, 'did not stop in time');
      this.#kill();
    }, STOP_DEADLINE);
    const well = await this.#fleet.stop();
    if (well) this.#log.info({}, 'stopped');
    else this.#log.error({}, 'stopping failed');
    process.exit(well ? 0 : EXIT_FAILED);
  }

  #kill(): never {
    this.#fleet.kill();
    process.exit(EXIT_FAILED);
  }

  #fail(error: unknown): never {
    const lines = problemsOf(error).map((problem) => `${this.#name}: ${problem}\n`);
    process.stderr.write(lines.join(''));
    process.exit(EXIT_FAILED);
  }

  /** A program that cannot be asked from a terminal serves nevertheless: there is SIGHUP. */
  async #openControl({ policy: { folder } }: Serving): Promise<void> {
    try {
      this.#control = await Control.open(folder, () => this.#reload());
    } catch (error) {
      this.#log.warn({ reason: (error as Error).message }, `${this.#name} reload will not reach this process`);
    }
  }

  async #reload(): Promise<ReloadResult> {
    const { pid } = process;
    return this.#fleet.reload().then(
      () => ({ pid, problems: [] }),
      (error: unknown) => ({ pid, problems: problemsOf(error) }),
    );
  }

  #tell({ endpoints, account, banner }: Serving): void {
    tellParent({ event: 'ready', endpoints, ...(account && { account }) });
    if (hasParent()) return;
    if (process.stdout.isTTY) process.stdout.write(`${banner.join('\n')}\n`);
    // Told once and stored only as a hash: it must reach whoever started the program, but no log.
    if (account) process.stderr.write(`account ${account.name}, password ${account.password}\n`);
  }
}
