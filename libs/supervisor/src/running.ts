import type { Config } from '#libs/config';

/**
 * Takes on a changed configuration while a program serves: whole, or, if it throws, not at all.
 *
 * @returns the settings that differ from those of the start and have to wait for new workers, as `[section] key`
 */
export type Reload = (config: Config) => readonly string[] | Promise<readonly string[]>;

/** A started program. */
export interface Running {
  /**
   * Leaves everything new to the other workers, which have the same sockets: takes no new clients from the moment it is called, and
   * resolves when the present ones have gone by themselves.
   */
  drain(): Promise<void>;
  /** Stops what was started, in the right order; called once, also after `drain`. */
  stop(): Promise<void>;
}
