import {isDeepStrictEqual} from 'node:util'
import {changed} from './_fields.ts'
import {inNewerWords} from './_newer.ts'
import type {Recorded, Step} from './_topic.ts'

/** What is compared in the end: podlab's answer, and the judge's, or the one that a newer Kubernetes gives and podlab therefore too. */
export function expected(step: Step, answer: Recorded | undefined): {seen: unknown; wanted: unknown} {
  const wanted = step.podlab?.answer ?? step.answer
  return {seen: newly(without(answer, step)), wanted: newly(without(wanted, step))}
}

export function agrees(step: Step, answer: Recorded | undefined): boolean {
  const {seen, wanted} = expected(step, answer)
  return isDeepStrictEqual(seen, wanted)
}

function without(answer: Recorded | undefined, {podlab}: Step): unknown {
  const paths = (podlab?.without ?? []).map(path => [`body.${path}`, null])
  return changed(answer, Object.fromEntries(paths))
}

/** Fields that 1.20 did not have, and what it says beside the matter: what a column means, where a template has no time. */
const unheard: Readonly<Record<string, (value: unknown) => boolean>> = {
  description: value => typeof value === 'string',
  internalTrafficPolicy: value => value === 'Cluster',
  ipFamilies: value => isDeepStrictEqual(value, ['IPv4']),
  ipFamilyPolicy: value => value === 'SingleStack',
  allocateLoadBalancerNodePorts: value => value === true,
  persistentVolumeClaimRetentionPolicy: () => true,
  maxSurge: value => value === 0,
  creationTimestamp: value => value === null,
  group: value => value === 'extensions' || value === 'networking.k8s.io',
}

function newly(value: unknown): unknown {
  if (typeof value === 'string') return inNewerWords(value)
  if (Array.isArray(value)) return value.map(newly)
  if (typeof value !== 'object' || value === null) return value
  const kept = Object.entries(value).filter(([key, inner]) => !unheard[key]?.(inner))
  return Object.fromEntries(kept.map(([key, inner]) => [key, key.endsWith('cells') ? texts(inner) : newly(inner)]))
}

/** The cells of a table as they are printed. */
function texts(cells: unknown): unknown {
  return Array.isArray(cells) ? cells.map(String) : cells
}
