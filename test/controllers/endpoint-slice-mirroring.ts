import test from 'ava'
import {endpointSliceMirroring} from '../../src/controllers/endpoint-slice-mirroring.ts'
import type {EndpointSlice} from '../../src/objects/endpoint-slice.ts'
import type {Endpoints} from '../../src/objects/endpoints.ts'
import type {KubeObjectAny} from '../../src/objects/kinds.ts'
import {nameSuffix} from '../../src/objects/names.ts'
import type {Service} from '../../src/objects/service.ts'
import {sampleService} from '../objects/_samples.ts'
import {birth, lcg, runningWorld, viewOf} from './_world.ts'

const {selector: _selector, ...spec} = sampleService('db').spec
const service: Service = {...sampleService('db'), spec}

const byHand: Endpoints = {
  apiVersion: 'v1',
  kind: 'Endpoints',
  metadata: {name: 'db', namespace: 'default', labels: {tier: 'data'}},
  subsets: [
    {addresses: [{ip: '10.0.20.30'}], notReadyAddresses: [{ip: '10.0.20.31'}], ports: [{port: 5432, protocol: 'TCP'}]},
  ],
}

/** Names are drawn alike in each look at the world. */
const drawing = () => ({now: birth, random: lcg(1)})

const key = {kind: 'Endpoints', namespace: 'default', name: 'db'} as const

function written(...objects: readonly KubeObjectAny[]) {
  return endpointSliceMirroring.reconcile(key, viewOf(...objects), drawing())
}

test('Endpoints that somebody wrote for a service without a selector are copied into a slice', t => {
  const [write, ...more] = written(service, byHand)
  t.deepEqual(more, [])
  t.deepEqual(write, {
    do: 'create',
    object: {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        generateName: 'db-',
        name: `db-${nameSuffix(drawing().random)}`,
        namespace: 'default',
        ownerReferences: [
          {apiVersion: 'v1', kind: 'Endpoints', name: 'db', uid: 'uid-2', controller: true, blockOwnerDeletion: true},
        ],
        labels: {
          tier: 'data',
          'kubernetes.io/service-name': 'db',
          'endpointslice.kubernetes.io/managed-by': 'endpointslicemirroring-controller.k8s.io',
        },
      },
      addressType: 'IPv4',
      endpoints: [
        {addresses: ['10.0.20.30'], conditions: {ready: true}},
        {addresses: ['10.0.20.31'], conditions: {ready: false}},
      ],
      ports: [{name: '', port: 5432, protocol: 'TCP'}],
    },
  })
})

const mirrored = test.macro((t, objects: readonly KubeObjectAny[], expected: readonly string[]) => {
  const slice = written(service, byHand)[0]?.object as EndpointSlice
  t.deepEqual(
    written(...objects, slice).map(write => write.do),
    expected,
  )
})

const labelled = (labels: Record<string, string>) => ({...byHand, metadata: {...byHand.metadata, labels}})

test('a copy that says the same is left alone', mirrored, [service, byHand], [])
test('it follows its labels', mirrored, [service, labelled({tier: 'cache'})], ['update'])
test('it goes with its Endpoints', mirrored, [service], ['delete'])
test('it goes with its service', mirrored, [byHand], ['delete'])
test(
  'it goes when their author writes slices himself',
  mirrored,
  [service, labelled({'endpointslice.kubernetes.io/skip-mirror': 'true'})],
  ['delete'],
)
test('it goes when the service selects pods', mirrored, [sampleService('db'), byHand], ['delete'])
test('it is empty of what is no more said', mirrored, [service, {...byHand, subsets: []}], ['delete'])

test('manual Endpoints have their slice whatever comes first, and lose it with the service', async t => {
  for (const order of [
    [service, byHand],
    [byHand, service],
  ]) {
    const {objects, store, idle, stop} = runningWorld()
    for (const object of order) {
      objects.apply([object])
      await idle()
    }
    const slices = () => store.list('EndpointSlice').filter(({metadata}) => metadata.name !== 'kubernetes')
    t.deepEqual(
      slices().map(({endpoints}) => endpoints.map(({addresses}) => addresses[0])),
      [['10.0.20.30', '10.0.20.31']],
    )
    objects.delete({kind: 'svc', name: 'db'})
    await idle()
    t.deepEqual(slices(), [])
    await stop()
  }
})
