import { isIP, isIPv4, isIPv6 } from 'node:net';
import type { Instance, Pairs, ServiceAddress, Weights } from '#libs/registry';
import { badRequest, serverError } from '../errors.js';

interface AddressBody {
  readonly Address: string;
  readonly Port: number;
}

/** What both kinds of registration say about an instance. */
export interface InstanceBody {
  readonly Tags: readonly string[];
  readonly Address: string;
  readonly Port: number;
  readonly SocketPath: string;
  readonly TaggedAddresses: Readonly<Record<string, AddressBody>>;
  readonly Meta: Pairs;
  readonly Weights: { readonly Passing: number; readonly Warning: number } | undefined;
  readonly EnableTagOverride: boolean;
  readonly Kind: string;
  readonly Locality: { readonly Region: string; readonly Zone: string } | undefined;
}

/** The instance that a body describes. */
export function toInstance(node: string, id: string, service: string, body: InstanceBody): Instance {
  return {
    node,
    id,
    service,
    tags: body.Tags,
    address: body.Address,
    port: body.Port,
    taggedAddresses: toAddresses(body.TaggedAddresses),
    meta: body.Meta,
    weights: toWeights(body.Weights),
    enableTagOverride: body.EnableTagOverride,
    kind: body.Kind,
    socketPath: body.SocketPath,
    ...(body.Locality && { locality: { region: body.Locality.Region, zone: body.Locality.Zone } }),
  };
}

function toAddresses(given: InstanceBody['TaggedAddresses']): Instance['taggedAddresses'] {
  return Object.fromEntries(
    Object.entries(given).map(([kind, { Address, Port }]) => [kind, { address: Address, port: Port }]),
  );
}

function toWeights(given: InstanceBody['Weights']): Weights {
  return given ? { passing: given.Passing, warning: given.Warning } : { passing: 1, warning: 1 };
}

/** The same with `lan` and `wan` addresses of the family that its address has, as Consul's agent adds them. */
export function withOwnAddresses(instance: Instance): Instance {
  const family = isIP(instance.address);
  if (family === 0) return instance;
  const own: ServiceAddress = { address: instance.address, port: instance.port };
  const added = { [`lan_ipv${family}`]: own, [`wan_ipv${family}`]: own };
  return { ...instance, taggedAddresses: { ...added, ...instance.taggedAddresses } };
}

/** @throws ConsulError for an address that stands for all of a machine's, to which nobody could connect */
export function refuseAnyAddress(address: string, refuse: (message: string) => Error): void {
  if (['0.0.0.0', '::', '[::]'].includes(address)) throw refuse('Invalid service address');
}

/** Consul stores any number; DNS could not carry it. @throws ConsulError */
export function validatePort(port: number): void {
  if (port < 0 || port > 65_535) throw badRequest(`Invalid service port: ${port} is not between 0 and 65535`);
}

/** @throws ConsulError */
export function validateWeights(weights: InstanceBody['Weights']): void {
  if (!weights) return;
  const refuse = (why: string) => badRequest(`Invalid Weights: ${why}`);
  if (weights.Passing < 1) throw refuse('Passing must be greater than 0');
  if (weights.Warning < 0) throw refuse('Warning must be greater or equal than 0');
  if (weights.Passing > 65_535 || weights.Warning > 65_535) throw refuse('DNS Weight must be between 0 and 65535');
}

/** @throws ConsulError when an address that is tagged with a family is of another one */
export function validateTaggedAddresses(addresses: InstanceBody['TaggedAddresses']): void {
  for (const [kind, { Address }] of Object.entries(addresses)) {
    const family = /^(?:lan|wan)_(ipv[46])$/.exec(kind)?.[1];
    const fits = family === 'ipv4' ? isIPv4(Address) : family !== 'ipv6' || isIPv6(Address);
    if (!fits) throw serverError(`Service tagged address "${kind}" must be a valid ${family} address`);
  }
}
