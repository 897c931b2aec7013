import type {Logger} from 'pino'
import type {AgentClient} from './client.ts'
import {healthyConditions, isNodeReady} from './sign-of-life.ts'
import type {World} from './world.ts'

export type Heart = {
  readonly name: string
  readonly client: Pick<AgentClient, 'renewLease' | 'reportConditions'>
  readonly world: Pick<World, 'nodes'>
  /** The time, as a Kubernetes timestamp. */
  readonly now: () => string
  readonly after: (milliseconds: number, signal: AbortSignal) => Promise<void>
  readonly signal: AbortSignal
  readonly log: Pick<Logger, 'warn'>
  /** Is called when the node is heard again after it had been given up. */
  readonly returned: () => void
  /** Is called when the node is closed to new pods, or open to them again. */
  readonly cordoned: (is: boolean) => void
}

/** How often a node renews its Lease, in ms. */
const beatEvery = 10_000

/** How often it reports its conditions though they are as they were, in ms. */
const reportEvery = 300_000

/** Lets the API know that the node lives, until the signal. What cannot be said now is said with the next beat. */
export async function keepAlive(heart: Heart): Promise<void> {
  let reported = Date.parse(heart.now())
  let closed = false
  while (!heart.signal.aborted) {
    const now = heart.now()
    const {unschedulable = false} = heart.world.nodes.get(`/${heart.name}`)?.spec ?? {}
    if (unschedulable !== closed) heart.cordoned(unschedulable)
    closed = unschedulable
    try {
      if (await beat(heart, now, Date.parse(now) - reported >= reportEvery)) reported = Date.parse(now)
    } catch (error) {
      if (!heart.signal.aborted) heart.log.warn({err: error}, 'the API did not hear that the node lives')
    }
    await heart.after(beatEvery, heart.signal)
  }
}

/* Whether the conditions were reported too. */
async function beat({name, client, world, returned}: Heart, now: string, isTime: boolean): Promise<boolean> {
  const node = world.nodes.get(`/${name}`)
  if (node === undefined) return false
  await client.renewLease(node, now.replace(/(\.\d+)?Z$/, '.000000Z'))
  const wasReady = isNodeReady(node)
  if (wasReady && !isTime) return false
  await client.reportConditions(node, healthyConditions(now, node.status?.conditions))
  if (!wasReady) returned()
  return true
}
