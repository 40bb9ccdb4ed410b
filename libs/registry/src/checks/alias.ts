import type { Catalog } from '../catalog.js';
import { worse } from '../model.js';
import type { AliasProbe } from './probe.js';
import type { Verdict } from './verdict.js';

/** A check that says what another instance's or node's checks say: it is as healthy as the worst of them. */
export class AliasCheck {
  readonly probe: AliasProbe;
  readonly #catalog: Catalog;
  readonly #publish: (verdict: Verdict) => void;
  #unsubscribe: (() => void) | undefined;

  constructor(probe: AliasProbe, catalog: Catalog, publish: (verdict: Verdict) => void) {
    this.probe = probe;
    this.#catalog = catalog;
    this.#publish = publish;
  }

  start(): void {
    const node = this.probe.node.toLowerCase();
    this.#unsubscribe = this.#catalog.subscribe((event) => {
      if (event.nodes.has(node)) this.#publish(this.#look());
    });
    this.#publish(this.#look());
  }

  stop(): void {
    this.#unsubscribe?.();
  }

  #look(): Verdict {
    const { node, serviceId } = this.probe;
    const entry = this.#catalog.node(node);
    const target = serviceId === '' ? entry : entry?.instances.get(serviceId);
    if (!entry || !target)
      return { status: 'critical', output: `No ${serviceId === '' ? 'node' : 'service'} to alias` };
    // Other aliases do not count: two that follow each other would never recover.
    const checks = [...entry.ownChecks, ...(target === entry ? [] : target.ownChecks)].filter(
      ({ check }) => check.type !== 'alias',
    );
    const status = checks.map(({ check }) => check.status).reduce(worse, 'passing');
    return { status, output: status === 'passing' ? 'All checks passing.' : `Aliased checks are ${status}.` };
  }
}
