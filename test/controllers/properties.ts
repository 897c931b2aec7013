import test from 'ava'
import fc from 'fast-check'
import type {Controller} from '../../src/controllers/controller.ts'
import {controllers} from '../../src/controllers/index.ts'
import type {KubeObjectAny} from '../../src/objects/kinds.ts'
import {isReady} from '../../src/objects/pod-status.ts'
import type {Service} from '../../src/objects/service.ts'
import {follow} from '../../src/store/follow.ts'
import type {Registry} from '../../src/store/registry.ts'
import type {Store} from '../../src/store/store.ts'
import {StoreError} from '../../src/store/store-error.ts'
import {sampleNode, samplePod, sampleReplicaSet, sampleService} from '../objects/_samples.ts'
import {context, nodeAgent, readyAnnotation, runningWorld} from './_world.ts'

type Step = {readonly text: string; readonly run: (objects: Registry, store: Store) => unknown}

const app = fc.constantFrom('x', 'y')

/** Steps whose end does not depend on how far the controllers have come in between. */
const orderlySteps: fc.Arbitrary<Step> = fc.oneof(
  app.map(name =>
    step(`create service ${name}`, objects => objects.apply([sampleService(name, {selector: {app: name}})])),
  ),
  app.map(name => step(`delete service ${name}`, objects => objects.delete({kind: 'svc', name}))),
  fc
    .tuple(app, fc.nat(4))
    .map(([name, replicas]) =>
      step(`apply replica set ${name} ${replicas}`, objects => objects.apply([replicaSet(name, replicas)])),
    ),
  app.map(name => step(`delete replica set ${name}`, objects => objects.delete({kind: 'rs', name}))),
  fc
    .tuple(fc.constantFrom('a', 'b', 'c'), app, fc.constantFrom('yes', 'no'))
    .map(([name, label, ready]) =>
      step(`apply pod ${name} ${label} ${ready}`, objects => objects.apply([bare(name, label, ready)])),
    ),
  fc
    .constantFrom('a', 'b', 'c')
    .map(name => step(`delete pod ${name}`, objects => objects.delete({kind: 'po', name, graceSeconds: 0}))),
)

/** Steps that meet whatever the controllers have made so far. */
const wildSteps: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(app, fc.nat(20)).map(([label, index]) =>
    step(`delete pod ${index} of ${label}`, (objects, store) => {
      const pod = nth(store, label, index)
      return pod && objects.delete({kind: 'po', name: pod.metadata.name})
    }),
  ),
  fc.tuple(app, fc.nat(20), fc.constantFrom('yes', 'no')).map(([label, index, ready]) =>
    step(`make pod ${index} of ${label} ready: ${ready}`, (_, store) => {
      const pod = nth(store, label, index)
      return pod && store.update({...pod, metadata: {...pod.metadata, annotations: {[readyAnnotation]: ready}}})
    }),
  ),
  fc.tuple(app, app, fc.nat(20)).map(([label, other, index]) =>
    step(`relabel pod ${index} of ${label} to ${other}`, (_, store) => {
      const pod = nth(store, label, index)
      return pod && store.update({...pod, metadata: {...pod.metadata, labels: {...pod.metadata.labels, set: other}}})
    }),
  ),
  app.map(name => step(`delete Endpoints ${name}`, objects => objects.delete({kind: 'ep', name}))),
  fc.constantFrom('node1', 'node2').map(name => step(`delete ${name}`, objects => objects.delete({kind: 'no', name}))),
  fc.constantFrom('node1', 'node2').map(name => step(`create ${name}`, objects => objects.apply([sampleNode(name)]))),
)

test('whatever happens, what is written down in the end is what a naive look at the pods says', async t => {
  const steps = fc.array(fc.tuple(fc.oneof(orderlySteps, wildSteps), fc.boolean()), {maxLength: 30})
  await fc.assert(
    fc.asyncProperty(steps, async chosen => {
      const {store, objects, idle, stop} = runningWorld()
      objects.apply([sampleNode('master'), sampleNode('node1')])
      for (const [{run}, wait] of chosen) {
        attempt(() => run(objects, store))
        if (wait) await idle()
      }
      await idle()
      await stop()
      t.deepEqual(writtenEndpoints(store), naiveEndpoints(store))
      for (const set of store.list('ReplicaSet')) {
        const pods = store
          .list('Pod')
          .filter(pod => pod.metadata.ownerReferences?.some(({uid}) => uid === set.metadata.uid))
        t.is(pods.length, set.spec.replicas ?? 1)
        t.is(set.status?.replicas, pods.length)
        t.is(set.status?.readyReplicas ?? 0, pods.filter(isReady).length)
      }
      const nodes = new Set(store.list('Node').map(({metadata}) => metadata.name))
      t.true(store.list('Pod').every(pod => nodes.has(pod.spec.nodeName ?? '')))
      t.true(store.list('Pod').every(pod => ownersLive(store, pod)))
    }),
    {numRuns: 200},
  )
})

test('a settled world needs no writes, whoever looks at it', async t => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(orderlySteps, wildSteps), {maxLength: 20}), async steps => {
      const {store, objects, idle, stop} = runningWorld()
      objects.apply([sampleNode('master')])
      for (const {run} of steps) attempt(() => run(objects, store))
      await idle()
      await stop()
      const followed = follow(store)
      const changes = followed.catchUp()
      for (const controller of [...controllers, nodeAgent])
        for (const change of changes.filter(({object}) => controller.watches.includes(object.kind)))
          for (const key of controller.keysOf(change, followed.view))
            t.deepEqual(controller.reconcile(key, followed.view, context), [], `${controller.name} ${key.name}`)
    }),
    {numRuns: 50},
  )
})

test('the end is the same however far the controllers come between steps, and in whatever order they run', async t => {
  const everybody: readonly Controller[] = [...controllers, nodeAgent]
  const order = fc.shuffledSubarray([...everybody], {minLength: everybody.length})
  await fc.assert(
    fc.asyncProperty(
      fc.array(orderlySteps, {maxLength: 25}),
      fc.array(fc.boolean()),
      order,
      async (steps, waits, shuffled) => {
        const patient = await endOf(steps, everybody, () => true)
        t.deepEqual(await endOf(steps, everybody, () => false), patient)
        t.deepEqual(await endOf(steps, shuffled, index => waits[index] ?? false), patient)
      },
    ),
    {numRuns: 100},
  )
})

/** What the world comes to, without the names and addresses that are drawn. */
async function endOf(steps: readonly Step[], list: readonly Controller[], wait: (index: number) => boolean) {
  const {store, objects, idle, stop} = runningWorld(list)
  objects.apply([sampleNode('master'), sampleNode('node1')])
  for (const [index, {run}] of steps.entries()) {
    attempt(() => run(objects, store))
    if (wait(index)) await idle()
  }
  await idle()
  await stop()
  const nameOf = new Map(
    store
      .list('Pod')
      .map(({metadata, status}) => [status?.podIP, metadata.ownerReferences?.[0]?.name ?? metadata.name]),
  )
  return {
    pods: [...nameOf.values()].toSorted(),
    sets: store
      .list('ReplicaSet')
      .map(({metadata, status}) => [metadata.name, status?.replicas, status?.readyReplicas]),
    endpoints: Object.fromEntries(
      Object.entries(writtenEndpoints(store)).map(([service, lines]) => [
        service,
        lines.map(line => line.replace(/^\S+/, ip => `${nameOf.get(ip)}`)).toSorted(),
      ]),
    ),
  }
}

/** Every address of every service with its port and readiness, as the Endpoints say it. */
function writtenEndpoints(store: Store): Record<string, string[]> {
  const all = store.list('Endpoints').filter(({metadata}) => metadata.name !== 'kubernetes')
  return Object.fromEntries(
    all.map(({metadata, subsets = []}) => [
      metadata.name,
      subsets
        .flatMap(({addresses = [], notReadyAddresses = [], ports = []}) =>
          ports.flatMap(({port}) => [
            ...addresses.map(({ip}) => `${ip} ${port} ready`),
            ...notReadyAddresses.map(({ip}) => `${ip} ${port} not ready`),
          ]),
        )
        .toSorted(),
    ]),
  )
}

/** The same by asking, for each service, each pod. */
function naiveEndpoints(store: Store): Record<string, string[]> {
  const services = store.list('Service').filter(({metadata}) => metadata.name !== 'kubernetes')
  const lines = (service: Service) =>
    store
      .list('Pod')
      .filter(({metadata, status}) => {
        const wanted = Object.entries(service.spec.selector ?? {})
        const selected = wanted.every(([key, value]) => metadata.labels?.[key] === value)
        return selected && status?.podIP && !metadata.deletionTimestamp
      })
      .map(pod => `${pod.status?.podIP} 8080 ${isReady(pod) ? 'ready' : 'not ready'}`)
      .toSorted()
  return Object.fromEntries(services.map(service => [service.metadata.name, lines(service)]))
}

function ownersLive(store: Store, pod: KubeObjectAny): boolean {
  const uids = new Set(store.list('ReplicaSet').map(({metadata}) => metadata.uid))
  return (pod.metadata.ownerReferences ?? []).every(({uid}) => uids.has(uid))
}

/** Selects by `set`, while services select by `app`: pods without a set are selected by services only. */
function replicaSet(name: string, replicas: number): KubeObjectAny {
  const {spec, ...rest} = sampleReplicaSet(name, replicas)
  const template = {...spec.template, metadata: {labels: {set: name, app: name}}}
  return {...rest, spec: {...spec, selector: {matchLabels: {set: name}}, template}}
}

function bare(name: string, label: string, ready: string): KubeObjectAny {
  const pod = samplePod(name, {labels: {app: label}})
  return {...pod, metadata: {...pod.metadata, annotations: {[readyAnnotation]: ready}}}
}

function nth(store: Store, label: string, index: number) {
  const pods = store.list('Pod').filter(({metadata}) => metadata.labels?.app === label)
  return pods[index % Math.max(1, pods.length)]
}

function step(text: string, run: Step['run']): Step {
  return {text, run}
}

/** Deleting what is not there is part of the game. */
function attempt(action: () => unknown): void {
  try {
    action()
  } catch (error) {
    if (!(error instanceof StoreError && error.code === 'notFound')) throw error
  }
}
