import type {Container} from './container.ts'
import type {PodSpec} from './pod.ts'
import {quantityOf} from './resources.ts'

/** Resources in whole numbers, so that sums are exact: of cpu the thousandths, of all others the units. */
export type Amounts = Readonly<Record<string, number>>

/**
 * What a pod asks for: the sum of its containers, which run together, or what the hungriest of its init containers needs, which
 * run before them one by one.
 */
export function requestsOf(spec: PodSpec): Amounts {
  const known = remembered.get(spec)
  if (known) return known
  const together = spec.containers.reduce<Amounts>((sum, container) => sumOf(sum, requestOf(container)), {})
  const requests = (spec.initContainers ?? []).reduce<Amounts>((most, one) => mostOf(most, requestOf(one)), together)
  remembered.set(spec, requests)
  return requests
}

/* Objects are never changed, and a node's pods are added up for every pod that looks for one. */
const remembered = new WeakMap<PodSpec, Amounts>()

type Quantities = Readonly<Record<string, string | number>>

export function amountsOf(quantities: Quantities): Amounts {
  const known = read.get(quantities)
  if (known) return known
  const amounts = Object.fromEntries(
    Object.entries(quantities).map(([resource, value]) => [resource, amountOf(resource, quantityOf(value))]),
  )
  read.set(quantities, amounts)
  return amounts
}

/* What a node has to give is read for every pod, and stays the same. */
const read = new WeakMap<Quantities, Amounts>()

export function sumOf(a: Amounts, b: Amounts): Amounts {
  return merged(a, b, (left, right) => left + right)
}

function mostOf(a: Amounts, b: Amounts): Amounts {
  return merged(a, b, Math.max)
}

function merged(a: Amounts, b: Amounts, merge: (left: number, right: number) => number): Amounts {
  const result: Record<string, number> = {...a}
  for (const [resource, amount] of Object.entries(b)) result[resource] = merge(result[resource] ?? 0, amount)
  return result
}

function requestOf({resources}: Container): Amounts {
  return resources?.requests ? amountsOf(resources.requests) : {}
}

/* The rest that a binary fraction leaves is no thousandth of a cpu. */
function amountOf(resource: string, value: number): number {
  return Math.ceil((resource === 'cpu' ? value * 1000 : value) - 1e-6)
}
