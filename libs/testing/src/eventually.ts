/** Waits between two looks, in milliseconds. */
const PAUSE_MS = 20;

/**
 * Looks again and again until `look` gives something other than undefined or false, for what happens in another process,
 * where no fake clock reaches.
 *
 * @param what ends the sentence "timed out waiting for ..."
 * @throws when `withinMs` milliseconds have passed, with the last error that `look` threw, if any
 */
export async function eventually<T>(
  what: string,
  withinMs: number,
  look: () => Promise<T | undefined | false> | T | undefined | false,
): Promise<T> {
  const deadline = performance.now() + withinMs;
  let cause: unknown;
  while (performance.now() < deadline) {
    try {
      const found = await look();
      if (found !== undefined && found !== false) return found;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  throw new Error(`timed out after ${withinMs} ms waiting for ${what}`, { cause });
}
