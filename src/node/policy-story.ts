import type {Happening} from '../objects/recorded-event.ts'
import {asSubject} from './node-story.ts'
import type {Recorder} from './recorder.ts'
import type {World} from './world.ts'

/** Tells whoever wrote NetworkPolicies where they are not enforced: a policy that is not enforced is worse than none. */
export type PolicyStory = {
  /** The node's rules could not be written, or do not meet every packet. */
  failed(error: unknown): void
  /** How kube-proxy works on the node now. */
  proxied(mode: string): void
}

export function policyStory({
  name,
  recorder,
  world,
}: {
  readonly name: string
  readonly recorder: Recorder
  readonly world: Pick<World, 'policies' | 'refused'>
}): PolicyStory {
  const told = new Set<string>()
  if (world.refused !== undefined) recorder.record(asSubject(name), notEnforced(name, world.refused))
  return {
    failed: error => {
      for (const subject of [asSubject(name), ...world.policies.values()])
        recorder.record(subject, notEnforced(name, error))
    },
    proxied: mode => {
      if (mode !== 'userspace') return told.clear()
      for (const [key, policy] of world.policies) {
        if (told.has(key)) continue
        told.add(key)
        recorder.record(policy, bypassed(name))
      }
    },
  }
}

function notEnforced(node: string, error: unknown): Omit<Happening, 'host'> {
  const why = error instanceof Error ? error.message : String(error)
  const message = `${node} cannot enforce NetworkPolicies: ${why}`
  return {type: 'Warning', reason: 'NetworkPolicyNotEnforced', message, component: 'network-policy'}
}

/** What the userspace mode does to NetworkPolicies. */
export const policiesBypassed =
  'who calls a cluster IP is seen as the node, so NetworkPolicies hold for calls to pod addresses alone'

/* The program that takes connections to cluster IPs is the node: it may speak to its pods, and no policy sees who asked it to. */
function bypassed(node: string): Omit<Happening, 'host'> {
  const message = `kube-proxy of ${node} is in userspace mode: ${policiesBypassed}`
  return {type: 'Warning', reason: 'NetworkPolicyBypassed', message, component: 'network-policy'}
}
