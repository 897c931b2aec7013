import type {Happening} from '../objects/recorded-event.ts'
import {asSubject} from './node-story.ts'
import type {Recorder} from './recorder.ts'
import type {World} from './world.ts'

/** Tells whoever wrote NetworkPolicies where they are not enforced: a policy that is not enforced is worse than none. */
export type PolicyStory = {
  /** The node's rules could not be written, or do not meet every packet. */
  failed(error: unknown): void
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
  if (world.refused !== undefined) recorder.record(asSubject(name), notEnforced(name, world.refused))
  return {
    failed: error => {
      for (const subject of [asSubject(name), ...world.policies.values()])
        recorder.record(subject, notEnforced(name, error))
    },
  }
}

function notEnforced(node: string, error: unknown): Omit<Happening, 'host'> {
  const why = error instanceof Error ? error.message : String(error)
  const message = `${node} cannot enforce NetworkPolicies: ${why}`
  return {type: 'Warning', reason: 'NetworkPolicyNotEnforced', message, component: 'network-policy'}
}
