import type {ExecutionContext} from 'ava'
import type {AgentClient} from '../../src/node/client.ts'
import type {Event} from '../../src/objects/event.ts'
import type {KubeObjectAny} from '../../src/objects/kinds.ts'
import type {Lease} from '../../src/objects/lease.ts'
import type {Node} from '../../src/objects/node.ts'
import type {Pod} from '../../src/objects/pod.ts'

/** An API with a client of it, and the means to change what it holds. */
export type ClientWorld = {
  readonly client: AgentClient
  create(object: KubeObjectAny): Promise<KubeObjectAny>
  /** Takes an object out at once. */
  remove(object: KubeObjectAny): Promise<void>
  get(object: KubeObjectAny): Promise<KubeObjectAny | undefined>
}

export const pod = (name: string): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {name, namespace: 'default'},
  spec: {nodeName: 'node1', containers: [{name: 'main', image: 'busybox'}]},
})

const podOf = (name: string, serviceAccountName: string): Pod => ({
  ...pod(name),
  spec: {...pod(name).spec, serviceAccountName},
})

const account: KubeObjectAny = {
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: {name: 'builder', namespace: 'default'},
}

const service: KubeObjectAny = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {name: 'web', namespace: 'default'},
  spec: {clusterIP: '10.96.0.20', ports: [{port: 80}]},
}

const settings: KubeObjectAny = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {name: 'settings', namespace: 'default'},
  data: {mode: 'dark'},
}

const event = (name: string, told: Partial<Event> = {}): Event => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: {name, namespace: 'default'},
  involvedObject: {apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: 'a', uid: 'uid-of-a'},
  reason: 'Created',
  message: 'Created container: main',
  source: {component: 'kubelet', host: 'node1'},
  firstTimestamp: '2025-01-01T00:00:00Z',
  lastTimestamp: '2025-01-01T00:00:00Z',
  count: 1,
  type: 'Normal',
  reportingComponent: 'kubelet',
  reportingInstance: 'node1',
  ...told,
})

const time = {lastHeartbeatTime: '2025-01-01T00:00:00Z', lastTransitionTime: '2025-01-01T00:00:00Z'}

const machine: Node = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: {name: 'node1'},
  spec: {},
  status: {
    addresses: [{type: 'InternalIP', address: '10.0.20.11'}],
    conditions: [
      {...time, type: 'NetworkUnavailable', status: 'False'},
      {...time, type: 'Ready', status: 'Unknown'},
    ],
  },
}

const lease: Lease = {
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: {name: 'node1', namespace: 'kube-node-lease'},
}

const running = {phase: 'Running', podIP: '172.17.12.2'} as const

const {signal} = new AbortController()

/** What every transport between an agent and the API keeps to. */
export const agentClientContract: Readonly<Record<string, (t: ExecutionContext, world: ClientWorld) => Promise<void>>> =
  {
    'a list has the objects of one kind, and the revision from which to follow': async (t, {client, create}) => {
      await create(pod('a'))
      await create(service)
      const pods = await client.list('Pod')
      t.deepEqual(names(pods.objects), ['a'])
      t.deepEqual(names((await client.list('Service')).objects), ['web'])
      t.deepEqual((await client.list('EndpointSlice')).objects, [])
      await create(pod('b'))
      t.deepEqual(names((await client.changes(pods.revision, signal)).changes.map(({object}) => object)), ['b'])
    },
    'what others say of a pod with readiness gates stays, whatever its node reports': async (
      t,
      {client, create, get},
    ) => {
      const gated = {...pod('a'), spec: {...pod('a').spec, readinessGates: [{conditionType: 'example.com/ok'}]}}
      const said = {type: 'example.com/ok', status: 'True'} as const
      const created = (await create({...gated, status: {conditions: [said]}})) as Pod
      const own = {type: 'Ready', status: 'True'} as const
      await client.updateStatus(created, {phase: 'Running', conditions: [own]})
      t.deepEqual(((await get(created)) as Pod).status?.conditions, [own, said])
    },
    'a token is made for a service account that is there, and refused for one that is not': async (
      t,
      {client, create},
    ) => {
      await create(account)
      const created = (await create(podOf('a', 'builder'))) as Pod
      const {token, expires} = await client.requestToken(created, {audience: 'vault', expirationSeconds: 600})
      t.true(token.length > 0)
      t.true(expires > 0)
      const homeless = (await create(podOf('b', 'nobody'))) as Pod
      await t.throwsAsync(client.requestToken(homeless, {}), {message: 'serviceaccounts "nobody" not found'})
    },
    'changes are told once, in order, each with its type': async (t, {client, create, remove}) => {
      const {revision} = await client.list('Pod')
      const created = (await create(pod('a'))) as Pod
      await client.updateStatus(created, running)
      await remove(created)
      const {changes, revision: now} = await collect(client, revision, 3)
      t.deepEqual(
        changes.map(({type, object}) => `${type} ${object.metadata.name}`),
        ['ADDED a', 'MODIFIED a', 'DELETED a'],
      )
      await create(pod('b'))
      const next = await client.changes(now, signal)
      t.deepEqual(names(next.changes.map(({object}) => object)), ['b'])
    },
    'a watch waits until there is a change': async (t, {client, create}) => {
      const {revision} = await client.list('Pod')
      const order: string[] = []
      const waiting = client.changes(revision, signal).then(() => order.push('told'))
      await new Promise(setImmediate)
      order.push('created')
      await create(pod('a'))
      await waiting
      t.deepEqual(order, ['created', 'told'])
    },
    'a watch ends with its signal': async (t, {client}) => {
      const stop = new AbortController()
      const {revision} = await client.list('Pod')
      const waiting = client.changes(revision, stop.signal)
      stop.abort(new Error('the node is gone'))
      await t.throwsAsync(waiting)
    },
    'an object that is followed by its name is told as it is, and as it becomes': async (
      t,
      {client, create, remove},
    ) => {
      const stop = new AbortController()
      const told: string[] = []
      const news = Promise.withResolvers<void>()
      const name = {namespace: 'default', name: 'settings'}
      const hear = (object: KubeObjectAny | undefined) => {
        told.push(object?.kind === 'ConfigMap' ? `${object.data?.mode}` : 'none')
        if (told.length === 3) news.resolve()
      }
      await client.follow('ConfigMap', name, hear, stop.signal)
      t.deepEqual(told, ['none'], 'it is told before the call resolves')
      await create({...settings, metadata: {...name, name: 'other'}})
      const created = await create(settings)
      while (told.length < 2) await new Promise(setImmediate)
      await remove(created)
      await news.promise
      t.deepEqual(told, ['none', 'dark', 'none'])
      stop.abort()
      await create(settings)
      await new Promise(setImmediate)
      t.is(told.length, 3, 'nobody is told after the end')
    },
    'a status takes the place of the one before, and nothing else changes': async (t, {client, create, get}) => {
      const created = (await create(pod('a'))) as Pod
      await client.updateStatus(created, running)
      await client.updateStatus(created, {phase: 'Failed'})
      const found = (await get(created)) as Pod
      t.deepEqual(found.status, {phase: 'Failed'})
      t.deepEqual(found.spec, created.spec)
      t.is(found.metadata.uid, created.metadata.uid)
    },
    'a status is written on what the pod has become meanwhile': async (t, {client, create, get}) => {
      const created = (await create(pod('a'))) as Pod
      await client.updateStatus(created, running)
      await t.notThrowsAsync(
        client.updateStatus(created, {...running, phase: 'Succeeded'}),
        'an old revision is no conflict',
      )
      t.is(((await get(created)) as Pod).status?.phase, 'Succeeded')
    },
    'the status of a pod that is gone is passed over': async (t, {client, create, remove}) => {
      const created = (await create(pod('a'))) as Pod
      await remove(created)
      await t.notThrowsAsync(client.updateStatus(created, running))
      await t.notThrowsAsync(client.confirmDeletion(created))
    },
    'another pod of the same name is left alone': async (t, {client, create, remove, get}) => {
      const old = (await create(pod('a'))) as Pod
      await remove(old)
      const young = (await create(pod('a'))) as Pod
      await client.updateStatus(old, {phase: 'Failed'})
      await client.confirmDeletion(old)
      const found = (await get(young)) as Pod
      t.is(found.metadata.uid, young.metadata.uid)
      t.not(found.status?.phase, 'Failed')
    },
    'what happened is written, and what happens again takes its place': async (t, {client, get}) => {
      const told = event('a.1')
      await client.record([told, event('a.2', {message: 'Started container main'})])
      const first = (await get(told)) as Event
      t.like(first, {...told, metadata: {name: 'a.1', namespace: 'default'}})
      const again = event('a.1', {count: 2, lastTimestamp: '2025-01-01T00:00:05Z', message: 'Created container: again'})
      await client.record([again])
      const found = (await get(told)) as Event
      t.like(found, {...again, metadata: {uid: first.metadata.uid}})
      t.is(((await get(event('a.2'))) as Event).message, 'Started container main')
    },
    'an event that the API has forgotten is written anew': async (t, {client, get, remove}) => {
      const told = event('a.1')
      await client.record([told])
      await remove((await get(told)) as Event)
      await client.record([event('a.1', {count: 7})])
      t.is(((await get(told)) as Event).count, 7)
    },
    'what happens in a namespace that is not there is passed over, and the rest is written': async (
      t,
      {client, get},
    ) => {
      const elsewhere = event('a.1', {involvedObject: {kind: 'Pod', namespace: 'gone', name: 'a'}})
      const lost: Event = {...elsewhere, metadata: {name: 'a.1', namespace: 'gone'}}
      await t.notThrowsAsync(client.record([lost, event('a.2')]))
      t.is(await get(lost), undefined)
      t.truthy(await get(event('a.2')))
    },
    'a node that lives has a Lease, which ends with it, and renews it': async (t, {client, create, get}) => {
      const node = (await create(machine)) as Node
      await client.renewLease(node, '2025-01-01T00:00:00.000000Z')
      const made = (await get(lease)) as Lease
      t.deepEqual(made.spec, {
        holderIdentity: 'node1',
        leaseDurationSeconds: 40,
        renewTime: '2025-01-01T00:00:00.000000Z',
      })
      t.like(made.metadata.ownerReferences, [{apiVersion: 'v1', kind: 'Node', name: 'node1', uid: node.metadata.uid}])
      await client.renewLease(node, '2025-01-01T00:00:10.000000Z')
      const renewed = (await get(lease)) as Lease
      t.is(renewed.spec?.renewTime, '2025-01-01T00:00:10.000000Z')
      t.is(renewed.metadata.uid, made.metadata.uid)
    },
    'a Lease that somebody has deleted is made anew': async (t, {client, create, remove, get}) => {
      const node = (await create(machine)) as Node
      await client.renewLease(node, '2025-01-01T00:00:00.000000Z')
      await remove(lease)
      await client.renewLease(node, '2025-01-01T00:00:10.000000Z')
      t.is(((await get(lease)) as Lease).spec?.renewTime, '2025-01-01T00:00:10.000000Z')
    },
    'conditions of a node take the place of those of their types, and the others stay': async (
      t,
      {client, create, get},
    ) => {
      const node = (await create(machine)) as Node
      const ready = {...time, type: 'Ready', status: 'True', reason: 'KubeletReady'} as const
      const pressure = {...time, type: 'DiskPressure', status: 'False'} as const
      await client.reportConditions(node, [ready, pressure])
      const found = (await get(node)) as Node
      t.deepEqual(
        new Set(found.status?.conditions),
        new Set([...(machine.status?.conditions ?? []).slice(0, 1), ready, pressure]),
      )
      t.deepEqual(found.status?.addresses, machine.status?.addresses)
    },
    'a deletion that is confirmed takes the pod out': async (t, {client, create, get}) => {
      const created = (await create(pod('a'))) as Pod
      await client.confirmDeletion(created)
      t.is(await get(created), undefined)
    },
  }

/** A transport may tell changes in one piece or in several. */
async function collect(client: AgentClient, since: number, count: number) {
  let news = await client.changes(since, signal)
  while (news.changes.length < count) {
    const more = await client.changes(news.revision, signal)
    news = {revision: more.revision, changes: [...news.changes, ...more.changes]}
  }
  return news
}

function names(objects: readonly KubeObjectAny[]): readonly string[] {
  return objects.map(({metadata}) => metadata.name)
}
