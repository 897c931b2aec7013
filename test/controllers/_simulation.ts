import type {Controller} from '../../src/controllers/controller.ts'
import {controllers} from '../../src/controllers/index.ts'
import {runControllers} from '../../src/controllers/runner.ts'
import {parseNetwork} from '../../src/net/cidr.ts'
import {withCondition} from '../../src/objects/condition.ts'
import type {KubeObjectAny} from '../../src/objects/kinds.ts'
import type {Pod, PodStatus} from '../../src/objects/pod.ts'
import {isFinished, isReady, isTerminating} from '../../src/objects/pod-status.ts'
import {bootstrapObjects} from '../../src/store/bootstrap.ts'
import {memoryStore} from '../../src/store/memory.ts'
import {registry} from '../../src/store/registry.ts'
import {sampleNode} from '../objects/_samples.ts'
import {birth, lcg} from './_world.ts'

/** Nobody minds that the nodes of a simulation never say that they live. */
const undisturbed: readonly Controller[] = controllers.filter(({name}) => name !== 'node-lifecycle')

/** A cluster with a clock of its own, whose nodes take their time: what happens to a pod is the test's to say. */
export function simulation({nodes = 2, list = undisturbed}: {nodes?: number; list?: readonly Controller[]} = {}) {
  let [uids, now] = [0, birth]
  const timers = new Set<{readonly at: number; readonly callback: () => void}>()
  const random = lcg(7)
  const store = memoryStore({clock: () => now, uid: () => `uid-${++uids}`})
  const serviceRange = parseNetwork('10.96.0.0/16')
  const objects = registry({store, serviceRange, now: () => now, random})
  objects.apply(bootstrapObjects(serviceRange))
  objects.apply(Array.from({length: nodes}, (_, index) => sampleNode(`node${index + 1}`)))
  const stop = new AbortController()
  const timer = (callback: () => void, delay: number) => {
    const entry = {at: now + delay, callback}
    timers.add(entry)
    return () => timers.delete(entry)
  }
  const running = runControllers({store, controllers: list, signal: stop.signal, now: () => now, random, timer})

  /** Lets the time go by, and what is due happen. */
  async function pass(seconds: number): Promise<void> {
    const end = now + seconds * 1000
    for (;;) {
      const [next] = [...timers].filter(({at}) => at <= end).toSorted((a, b) => a.at - b.at)
      if (next === undefined) break
      now = Math.max(now, next.at)
      timers.delete(next)
      next.callback()
      await running.idle()
    }
    now = end
  }

  const pods = () => store.list('Pod')
  const become = (pod: Pod, status: PodStatus) => store.update({...pod, status: {...pod.status, ...status}})

  return {
    store,
    objects,
    idle: () => running.idle(),
    pass,
    pods,
    now: () => now,
    /** The pod runs, and is ready or not. */
    run: (pod: Pod, ready = true) =>
      become(pod, {
        phase: 'Running',
        conditions: withCondition(pod.status?.conditions, {type: 'Ready', status: ready ? 'True' : 'False'}, now),
      }),
    end: (pod: Pod, phase: 'Succeeded' | 'Failed', more: Partial<PodStatus> = {}) =>
      become(pod, {
        phase,
        conditions: withCondition(pod.status?.conditions, {type: 'Ready', status: 'False'}, now),
        ...more,
      }),
    gone: (pod: Pod) => store.delete('Pod', pod.metadata),
    /** What nodes do when they are quick: pods with a node run, those that end are gone; until nothing is left to do. */
    async settle() {
      for (let round = 0; round < 200; round++) {
        await running.idle()
        const waiting = pods().filter(
          pod => isTerminating(pod) || (!isFinished(pod) && !isReady(pod) && pod.spec.nodeName),
        )
        if (waiting.length === 0) return
        for (const pod of waiting) {
          if (isTerminating(pod)) this.gone(pod)
          else this.run(pod)
        }
      }
      throw new Error('the world does not settle')
    },
    /** Applies an object again with other fields in its spec. */
    change(kind: 'Deployment' | 'DaemonSet' | 'StatefulSet' | 'Job', name: string, spec: object) {
      const object = store.get(kind, {namespace: 'default', name})
      if (object) objects.apply([{...object, spec: {...object.spec, ...spec}} as KubeObjectAny])
    },
    /** The messages of an object's events, in order of their names, which is that of time. */
    told: (name: string) =>
      store
        .list('Event')
        .filter(({involvedObject}) => involvedObject.name === name)
        .map(({reason, message, count = 1}) => `${reason}: ${message}${count > 1 ? ` (x${count})` : ''}`),
    async stop() {
      stop.abort()
      await running.stopped
    },
  }
}
