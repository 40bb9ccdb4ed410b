import type { ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { Channel, ChannelError } from './channel.js';

/** One end of a pair: what it sends the other one gets, as JSON and later, as it is between processes. */
class End extends EventEmitter {
  connected = true;
  peer!: End;

  send(message: unknown, _handle: unknown, sent: (error: Error | null) => void): void {
    const text = JSON.stringify(message);
    setImmediate(() => {
      this.peer.emit('message', JSON.parse(text));
      sent(null);
    });
  }
}

function pair(): { here: Channel; there: Channel; ends: [End, End] } {
  const ends: [End, End] = [new End(), new End()];
  [ends[0].peer, ends[1].peer] = [ends[1], ends[0]];
  const [here, there] = ends.map((end) => new Channel(end as unknown as ChildProcess)) as [Channel, Channel];
  return { here, there, ends };
}

describe('Channel', () => {
  it('answers either side by name, in whatever order the answers are ready', async () => {
    const { here, there } = pair();
    const { promise: late, resolve } = Promise.withResolvers<void>();
    there.on('slow', () => late.then(() => 'slow'));
    there.on('double', (n: number) => n * 2);
    here.on('name', () => 'here');
    const slow = here.ask('slow');
    expect(await here.ask('double', 21)).toBe(42);
    expect(await there.ask('name')).toBe('here');
    resolve();
    expect(await slow).toBe('slow');
  });

  it('passes on what went wrong, with its code and problems', async () => {
    const { here, there } = pair();
    there.on('open', () => {
      throw Object.assign(new Error('bind EADDRINUSE'), { code: 'EADDRINUSE', problems: ['a', 'b'] });
    });
    const error = await here.ask('open').catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ChannelError);
    expect(error).toMatchObject({ message: 'bind EADDRINUSE', code: 'EADDRINUSE', problems: ['a', 'b'] });
    await expect(here.ask('nothing')).rejects.toThrow('nobody answers nothing here');
  });

  it('gives up on a side that is gone, or slower than it may be', async () => {
    const { here, there, ends } = pair();
    there.on('never', () => new Promise(() => {}));
    await expect(here.ask('never', undefined, 20)).rejects.toThrow('no answer to never within 20 ms');
    const asked = here.ask('never');
    ends[0].connected = false;
    ends[0].emit('disconnect');
    await expect(asked).rejects.toThrow('the other process has gone');
    await expect(here.ask('never')).rejects.toThrow('the other process has gone');
  });

  it('leaves messages alone that are not its own', async () => {
    const { here, ends } = pair();
    ends[0].emit('message', { event: 'ready' });
    ends[0].emit('message', { kind: 'answer', id: 99 });
    await expect(here.ask('x', undefined, 20)).rejects.toThrow();
  });
});
