import type {Controller} from '../../src/controllers/controller.ts'
import {keyOf} from '../../src/controllers/controller.ts'
import {controllers} from '../../src/controllers/index.ts'
import {type RunnerOptions, runControllers} from '../../src/controllers/runner.ts'
import {parseNetwork} from '../../src/net/cidr.ts'
import {ipOf} from '../../src/net/ip.ts'
import {withCondition} from '../../src/objects/condition.ts'
import {equal} from '../../src/objects/equal.ts'
import type {KubeObjectAny} from '../../src/objects/kinds.ts'
import type {Pod} from '../../src/objects/pod.ts'
import {isTerminating} from '../../src/objects/pod-status.ts'
import {bootstrapObjects} from '../../src/store/bootstrap.ts'
import {memoryStore} from '../../src/store/memory.ts'
import {registry} from '../../src/store/registry.ts'
import type {Store} from '../../src/store/store.ts'
import {LiveView} from '../../src/store/view.ts'

export const birth = Date.parse('2025-01-01T00:00:00Z')

export const context = {now: birth, random: () => 0.5}

/** The annotation by which a test says whether a pod is ready. */
export const readyAnnotation = 'test/ready'

/**
 * A node agent as far as controllers can tell: a pod with a node runs and has an address, and is ready unless it is
 * annotated otherwise; a pod that is being deleted goes when its node still exists.
 */
export const nodeAgent: Controller = {
  name: 'node-agent',
  watches: ['Pod', 'Node'],
  keysOf: ({object}, view) => {
    if (object.kind === 'Node') return view.find('podsByNode', object.metadata.name).map(keyOf)
    return object.kind === 'Pod' ? [keyOf(object)] : []
  },
  reconcile: (key, view) => {
    const pod = view.get('Pod', key)
    if (pod === undefined || !view.get('Node', {name: pod.spec.nodeName ?? ''})) return []
    if (isTerminating(pod)) return [{do: 'remove', object: pod}]
    const object = running(pod)
    return equal(object, pod) ? [] : [{do: 'update', object}]
  },
}

/** The pod with an address made of its uid's number. */
export function running(pod: Pod): Pod {
  const number = Number(pod.metadata.uid?.replace(/\D/g, ''))
  const ready = pod.metadata.annotations?.[readyAnnotation] === 'no' ? 'False' : 'True'
  const conditions = withCondition(pod.status?.conditions, {type: 'Ready', status: ready}, birth)
  return {...pod, status: {...pod.status, phase: 'Running', podIP: ipOf(0xac110000 + number), conditions}}
}

/** A cluster without nodes of its own, whose controllers run until the test's end. */
export function runningWorld(
  list: readonly Controller[] = [...controllers, nodeAgent],
  wrap = (store: Store): Store => store,
  more: Pick<RunnerOptions, 'gathering' | 'timer'> = {},
) {
  let uids = 0
  const store = wrap(memoryStore({clock: () => birth, uid: () => `uid-${++uids}`}))
  const random = lcg(uids)
  const serviceRange = parseNetwork('10.96.0.0/16')
  const objects = registry({store, serviceRange, now: () => birth, random})
  objects.apply(bootstrapObjects(serviceRange))
  const stop = new AbortController()
  const signal = stop.signal
  const {idle, stopped} = runControllers({store, controllers: list, signal, now: () => birth, random, ...more})
  const end = () => {
    stop.abort()
    return stopped
  }
  return {store, objects, idle, stop: end}
}

/** A view of some objects, which get uids and revisions where they have none. */
export function viewOf(...objects: readonly KubeObjectAny[]): LiveView {
  const view = new LiveView()
  objects.forEach((object, index) => {
    const metadata = {uid: `uid-${index + 1}`, resourceVersion: `${index + 1}`, ...object.metadata}
    view.tell({type: 'ADDED', revision: index + 1, object: {...object, metadata}})
  })
  return view
}

/** Numbers from 0 up to 1 that are the same in every run. */
export function lcg(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1103515245 + 12345) % 2 ** 31
    return state / 2 ** 31
  }
}
