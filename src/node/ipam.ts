import {type Cidr, nth, sizeOf} from '../net/cidr.ts'
import {type Ip, ipNumber} from '../net/ip.ts'
import {PlanError} from './plan-error.ts'

/** The addresses of a node's pods, as the CNI plugin host-local keeps them. */
export type AddressPool = {
  readonly subnet: Cidr
  /** Who has which address. */
  readonly taken: ReadonlyMap<Ip, string>
  /** The address given out last: the search goes on behind it. */
  readonly last?: Ip
  /** Likewise from the end: the search goes on before it. */
  readonly lastOfEnd?: Ip
}

/** The pool of a subnet of which nothing is given out yet but what owners have from before. */
export function addressPool(subnet: Cidr, owners: ReadonlyMap<string, Ip> = new Map()): AddressPool {
  const usable = [...owners].filter(([, ip]) => isForPods(subnet, ip))
  return {subnet, taken: new Map(usable.map(([owner, ip]) => [ip, owner]))}
}

/**
 * An address for `owner`: the first free one behind that given out last, from the start again at the end of the subnet. So an
 * address that came back is not given to another pod at once, while others may still believe it to be the old one. Never given out
 * are the subnet's own number, the gateway (the first address) and the broadcast address (the last). Who has an address
 * keeps it. Throws PlanError when all are taken.
 */
export function allocate(pool: AddressPool, owner: string): {readonly pool: AddressPool; readonly ip: Ip} {
  const own = addressesOf(pool, owner)[0]
  if (own !== undefined) return {pool, ip: own}
  const ip = nextFree(pool)
  return {pool: {...pool, taken: new Map(pool.taken).set(ip, owner), last: ip}, ip}
}

/**
 * An address from the end of the subnet, for those that are to stay out of the others' way: the first free one before that given out so last. What
 * others get is as if it had not been.
 */
export function allocateLast(pool: AddressPool, owner: string): {readonly pool: AddressPool; readonly ip: Ip} {
  const own = addressesOf(pool, owner)[0]
  if (own !== undefined) return {pool, ip: own}
  const {subnet, taken, lastOfEnd} = pool
  const count = sizeOf(subnet) - firstPod - 1
  const given = lastOfEnd === undefined ? 0 : ipOffset(subnet, lastOfEnd)
  for (let step = 1; step <= count; step++) {
    const ip = nth(subnet, firstPod + ((given - step + count) % count))
    if (!taken.has(ip)) return {pool: {...pool, taken: new Map(taken).set(ip, owner), lastOfEnd: ip}, ip}
  }
  throw noneFree(subnet)
}

/** The pool without what `owner` has. */
export function release(pool: AddressPool, owner: string): AddressPool {
  const taken = new Map(pool.taken)
  for (const ip of addressesOf(pool, owner)) taken.delete(ip)
  return {...pool, taken}
}

function addressesOf({taken}: AddressPool, owner: string): Ip[] {
  return [...taken].filter(([, holder]) => holder === owner).map(([ip]) => ip)
}

const firstPod = 2

function nextFree({subnet, taken, last}: AddressPool): Ip {
  const count = sizeOf(subnet) - firstPod - 1
  const given = last === undefined ? -1 : ipOffset(subnet, last)
  for (let step = 1; step <= count; step++) {
    const ip = nth(subnet, firstPod + ((given + step) % count))
    if (!taken.has(ip)) return ip
  }
  throw noneFree(subnet)
}

function noneFree(subnet: Cidr): PlanError {
  const count = Math.max(sizeOf(subnet) - firstPod - 1, 0)
  return new PlanError(`no address is free in ${subnet}: all ${count} are taken by pods`)
}

function isForPods(subnet: Cidr, ip: Ip): boolean {
  const offset = ipOffset(subnet, ip)
  return offset >= 0 && offset < sizeOf(subnet) - firstPod - 1
}

/** The place of an address among those for pods. */
function ipOffset(subnet: Cidr, ip: Ip): number {
  return ipNumber(ip) - ipNumber(nth(subnet, firstPod))
}
