import { createSocket } from 'node:dgram';
import net, { isIPv6 } from 'node:net';
import { getSystemErrorName } from 'node:util';

/**
 * A socket as Node has it inside: bound, but neither read from nor accepted from. No public class of Node is that (a bound
 * `dgram.Socket` reads, a `net.Server` accepts), and `node:cluster`, which uses the same handles, closes its sockets with the last worker.
 */
export interface Handle {
  close(): void;
}

/** The parts of Node's handles that are used here. They return 0, or a negative error number. */
interface RawHandle extends Handle {
  bind(address: string, port: number, flags: number): number;
  bind6(address: string, port: number, flags: number): number;
  /** Makes it that of a descriptor. */
  open(fd: number): number;
  getsockname(out: Partial<Bound>): number;
}

/** Where a handle is bound. */
export interface Bound {
  readonly address: string;
  readonly port: number;
}

type CreateServerHandle = (address: string, port: number, addressType: 4 | 6, fd?: number) => RawHandle | number;

/**
 * Binds a TCP port without listening on it: whoever is handed the handle does that (`server.listen(handle)`).
 *
 * @param address an IP address
 * @param port 0 takes a free one
 * @throws the error of the system, such as EADDRINUSE
 */
export function bindTcp(address: string, port: number): Handle {
  const handle = createTcpHandle(address, port, isIPv6(address) ? 6 : 4);
  if (typeof handle === 'number') throw systemError(handle, address, port);
  portOf(handle, address, port);
  return handle;
}

/** Binds a UDP port without reading from it: whoever is handed the handle does that (`socket.bind(handle)`). As `bindTcp` otherwise. */
export function bindUdp(address: string, port: number): Handle {
  const handle = newUdpHandle(isIPv6(address) ? 'udp6' : 'udp4');
  const result = isIPv6(address) ? handle.bind6(address, port, 0) : handle.bind(address, port, 0);
  if (result === 0) return handle;
  handle.close();
  throw systemError(result, address, port);
}

/** A socket that this process has been given, as what it is. @throws Error when a descriptor is no socket of TCP or UDP */
export function adopt(fd: number): { readonly kind: 'tcp' | 'udp'; readonly handle: Handle; readonly bound: Bound } {
  const tcp = createTcpHandle('', 0, 4, fd);
  // A Unix socket has no such address.
  const isTcp = typeof tcp !== 'number' && tcp.getsockname !== undefined;
  const handle = isTcp ? tcp : newUdpHandle('udp4');
  const bound: Partial<Bound> = {};
  if ((!isTcp && handle.open(fd) !== 0) || handle.getsockname(bound) !== 0 || bound.port === undefined) {
    throw new Error(`descriptor ${fd} is no socket of TCP or UDP`);
  }
  return { kind: isTcp ? 'tcp' : 'udp', handle, bound: bound as Bound };
}

/** The port of a handle. @throws the error that its binding had: that of TCP is told late */
export function portOf(handle: Handle, address: string, wanted: number): number {
  const bound: Partial<Bound> = {};
  const result = (handle as RawHandle).getsockname(bound);
  if (result === 0) return bound.port!;
  handle.close();
  throw systemError(result, address, wanted);
}

function createTcpHandle(...args: Parameters<CreateServerHandle>): RawHandle | number {
  return (net as unknown as { readonly _createServerHandle: CreateServerHandle })._createServerHandle(...args);
}

/** The socket around the handle is never bound, so that it never reads; the handle is only reachable by its symbol. */
function newUdpHandle(type: 'udp4' | 'udp6'): RawHandle {
  const socket = createSocket(type);
  const symbol = Object.getOwnPropertySymbols(socket).find(({ description }) => description === 'state symbol')!;
  return (socket as unknown as Record<symbol, { readonly handle: RawHandle }>)[symbol]!.handle;
}

function systemError(number: number, address: string, port: number): NodeJS.ErrnoException {
  const code = getSystemErrorName(number);
  return Object.assign(new Error(`bind ${code} ${address}:${port}`), { code, errno: number, syscall: 'bind', port });
}
