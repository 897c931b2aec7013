import type {Lease} from '../../../src/objects/lease.ts'
import type {Node} from '../../../src/objects/node.ts'
import type {ClientContract} from './world.ts'

/** What a node says of itself. */
export const nodes: ClientContract = {
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
}

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
