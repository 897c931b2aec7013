import test from 'ava'
import {endpointSliceController} from '../../src/controllers/endpoint-slices.ts'
import type {EndpointSlice, SliceEndpoint} from '../../src/objects/endpoint-slice.ts'
import {nameSuffix} from '../../src/objects/names.ts'
import type {Node} from '../../src/objects/node.ts'
import type {Pod} from '../../src/objects/pod.ts'
import type {ServiceSpec} from '../../src/objects/service.ts'
import {sampleNode, samplePod, sampleService} from '../objects/_samples.ts'
import {birth, lcg, viewOf} from './_world.ts'

type PodSketch = {
  readonly ready?: boolean
  readonly phase?: 'Running' | 'Succeeded' | 'Failed'
  readonly going?: boolean
  readonly spec?: Partial<Pod['spec']>
}

function pod(ip: string, {ready = true, phase = 'Running', going = false, spec = {}}: PodSketch = {}): Pod {
  const condition = {
    type: 'Ready',
    status: ready ? 'True' : 'False',
    lastTransitionTime: '2025-01-01T00:00:09Z',
  } as const
  const object = samplePod(`p-${ip.replaceAll('.', '-')}`, {
    uid: `uid-${ip}`,
    labels: {app: 'kubia'},
    spec: {nodeName: 'node1', ...spec},
    status: {phase, ...(ip && {podIP: ip}), conditions: [condition]},
  })
  return going ? {...object, metadata: {...object.metadata, deletionTimestamp: '2025-01-01T00:00:30Z'}} : object
}

const node1: Node = {
  ...sampleNode('node1'),
  metadata: {name: 'node1', labels: {'topology.kubernetes.io/zone': 'zone-a'}},
}

/** Names are drawn alike in each look at the world. */
const drawing = () => ({now: birth, random: lcg(1)})

/** The name that a new slice draws here. */
const drawn = `kubia-${nameSuffix(drawing().random)}`

const key = {kind: 'Service', namespace: 'default', name: 'kubia'} as const

function written(spec: ServiceSpec, ...objects: readonly (Pod | EndpointSlice)[]) {
  return endpointSliceController.reconcile(key, viewOf(sampleService('kubia', spec), node1, ...objects), drawing())
}

/** An endpoint in one line: `172.17.12.2 ready serving`. */
function line({addresses, hostname, conditions = {}}: SliceEndpoint): string {
  const words = (['ready', 'serving', 'terminating'] as const).filter(word => conditions[word])
  return [hostname ? `${hostname}=${addresses[0]}` : addresses[0], ...words].join(' ')
}

const says = test.macro((t, spec: ServiceSpec, pods: readonly Pod[], ...expected: string[]) => {
  const slices = written(spec, ...pods).map(({object}) => object as EndpointSlice)
  const lines = slices.map(({endpoints, ports = []}) => {
    const words = ports.map(({name, port, protocol}) => `${name ? `${name} ` : ''}${port}/${protocol}`)
    return `${endpoints.map(line).join(', ')} | ${words.join(', ')}`
  })
  t.deepEqual(lines, expected)
})

const named = (containerPort: number): Partial<Pod['spec']> => ({
  containers: [{name: 'main', image: 'busybox', ports: [{name: 'http', containerPort}]}],
})

test('a ready pod is ready and serving', says, {}, [pod('172.17.12.2')], '172.17.12.2 ready serving | 8080/TCP')
test('a pod that is not ready is neither', says, {}, [pod('172.17.12.2', {ready: false})], '172.17.12.2 | 8080/TCP')
test(
  'a pod that goes stays until it is gone, and serves as long as it answers',
  says,
  {},
  [pod('172.17.12.2', {going: true}), pod('172.17.12.3', {going: true, ready: false})],
  '172.17.12.2 serving terminating, 172.17.12.3 terminating | 8080/TCP',
)
test(
  'publishNotReadyAddresses makes all ready',
  says,
  {publishNotReadyAddresses: true},
  [pod('172.17.12.2', {ready: false}), pod('172.17.12.3', {going: true})],
  '172.17.12.2 ready, 172.17.12.3 ready serving terminating | 8080/TCP',
)
test(
  'pods that have ended, have no address or are on a node that is not there are left out',
  says,
  {},
  [
    pod('172.17.12.2', {phase: 'Succeeded'}),
    pod('172.17.12.3', {phase: 'Failed'}),
    pod(''),
    pod('172.17.12.4', {spec: {nodeName: 'node9'}}),
  ],
  ' | ',
)
test(
  'addresses are sorted as numbers',
  says,
  {},
  [pod('172.17.12.10'), pod('172.17.12.9')],
  '172.17.12.9 ready serving, 172.17.12.10 ready serving | 8080/TCP',
)
test(
  'pods that place a named port differently have slices of their own',
  says,
  {ports: [{port: 80, targetPort: 'http'}]},
  [pod('172.17.12.2', {spec: named(8080)}), pod('172.17.12.3', {spec: named(9090)})],
  '172.17.12.2 ready serving | 8080/TCP',
  '172.17.12.3 ready serving | 9090/TCP',
)
test(
  'ports come in the order of the service',
  says,
  {
    ports: [
      {name: 'web', port: 80, targetPort: 8080},
      {name: 'dns', port: 53, protocol: 'UDP'},
    ],
  },
  [pod('172.17.12.2')],
  '172.17.12.2 ready serving | web 8080/TCP, dns 53/UDP',
)
test(
  'a headless service needs no ports',
  says,
  {clusterIP: 'None', ports: []},
  [pod('172.17.12.2')],
  '172.17.12.2 ready serving | ',
)
test(
  'a pod has a host name where its subdomain is the service',
  says,
  {},
  [
    pod('172.17.12.2', {spec: {hostname: 'db-0', subdomain: 'kubia'}}),
    pod('172.17.12.3', {spec: {hostname: 'x', subdomain: 'y'}}),
  ],
  'db-0=172.17.12.2 ready serving, 172.17.12.3 ready serving | 8080/TCP',
)
test('a service whose selector nobody matches has an empty slice', says, {}, [], ' | ')
test('a service without a selector has none', t => {
  const {selector: _, ...spec} = sampleService('kubia').spec
  const view = viewOf({...sampleService('kubia'), spec}, node1, pod('172.17.12.2'))
  t.deepEqual(endpointSliceController.reconcile(key, view, drawing()), [])
})

test('a slice says whose it is, and its endpoint which pod, node and zone', t => {
  const service = sampleService('kubia', {clusterIP: 'None'})
  const labelled = {...service, metadata: {...service.metadata, labels: {app: 'kubia'}}}
  const [write, ...more] = endpointSliceController.reconcile(
    key,
    viewOf(labelled, node1, pod('172.17.12.2')),
    drawing(),
  )
  t.deepEqual(more, [])
  t.is(write?.do, 'create')
  t.deepEqual(write?.object, {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      generateName: 'kubia-',
      name: drawn,
      namespace: 'default',
      ownerReferences: [
        {apiVersion: 'v1', kind: 'Service', name: 'kubia', uid: 'uid-1', controller: true, blockOwnerDeletion: true},
      ],
      labels: {
        app: 'kubia',
        'kubernetes.io/service-name': 'kubia',
        'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
        'service.kubernetes.io/headless': '',
      },
      annotations: {'endpoints.kubernetes.io/last-change-trigger-time': '2025-01-01T00:00:09Z'},
    },
    addressType: 'IPv4',
    endpoints: [
      {
        addresses: ['172.17.12.2'],
        conditions: {ready: true, serving: true, terminating: false},
        nodeName: 'node1',
        zone: 'zone-a',
        targetRef: {kind: 'Pod', namespace: 'default', name: 'p-172-17-12-2', uid: 'uid-172.17.12.2'},
      },
    ],
    ports: [{name: '', port: 8080, protocol: 'TCP'}],
  })
})

test('a service that prefers what is close hints at the zone of each ready endpoint', t => {
  const hints = (spec: ServiceSpec, annotations: Readonly<Record<string, string>> = {}) => {
    const service = sampleService('kubia', spec)
    const annotated = {...service, metadata: {...service.metadata, annotations}}
    const ends = [pod('172.17.12.2'), pod('172.17.12.3', {ready: false}), pod('172.17.12.4', {going: true})]
    const writes = endpointSliceController.reconcile(key, viewOf(annotated, node1, ...ends), drawing())
    return writes.flatMap(({object}) => (object as EndpointSlice).endpoints.map(end => end.hints))
  }
  const near = {forZones: [{name: 'zone-a'}]}
  t.deepEqual(hints({trafficDistribution: 'PreferClose'}), [near, undefined, undefined])
  t.deepEqual(hints({}), [undefined, undefined, undefined])
  t.deepEqual(hints({trafficDistribution: 'PreferClose', publishNotReadyAddresses: true}), [near, near, near])
  const auto = {'service.kubernetes.io/topology-mode': 'Auto'}
  t.deepEqual(hints({trafficDistribution: 'PreferClose'}, auto), [undefined, undefined, undefined])
})

test('without a zone there is nothing to hint at', t => {
  const service = sampleService('kubia', {trafficDistribution: 'PreferClose'})
  const view = viewOf(service, sampleNode('node1'), pod('172.17.12.2'))
  const writes = endpointSliceController.reconcile(key, view, drawing())
  t.deepEqual(
    writes.flatMap(({object}) => (object as EndpointSlice).endpoints.map(({hints}) => hints)),
    [undefined],
  )
})

const pods = (from: number, to: number) =>
  Array.from({length: to - from}, (_, index) =>
    pod(`172.17.${12 + Math.floor((from + index) / 200)}.${2 + ((from + index) % 200)}`),
  )

test('a hundred endpoints fill a slice', t => {
  const sizes = written({}, ...pods(0, 250)).map(({object}) => (object as EndpointSlice).endpoints.length)
  t.deepEqual(sizes, [100, 100, 50])
})

test('one pod more changes one slice of many, and one pod less another', t => {
  const first = written({}, ...pods(0, 250)).map(({object}, index) => {
    const slice = object as EndpointSlice
    return {...slice, metadata: {...slice.metadata, name: `kubia-${index}`}}
  })
  t.deepEqual(written({}, ...pods(0, 250), ...first), [])
  t.deepEqual(
    written({}, ...pods(0, 251), ...first).map(write => `${write.do} ${write.object.metadata.name}`),
    ['update kubia-2'],
  )
  t.deepEqual(
    written({}, ...pods(1, 250), ...first).map(write => `${write.do} ${write.object.metadata.name}`),
    ['update kubia-0'],
  )
  t.deepEqual(
    written({}, ...pods(1, 251), ...first).map(write => `${write.do} ${write.object.metadata.name}`),
    ['update kubia-0'],
    'the new pod takes the place of the old one',
  )
})

test('when the last pod is replaced its slice is used again', t => {
  const [first] = written({}, pod('172.17.12.2'))
  const slice = first?.object as EndpointSlice
  t.like(written({}, pod('172.17.12.3'), slice), [{do: 'update', object: {metadata: {name: drawn}}}])
  t.like(written({}, slice), [{do: 'update', object: {metadata: {name: drawn}, endpoints: [], ports: []}}])
})

test("a node's zone concerns the services of its pods, its signs of life do not", t => {
  const view = viewOf(sampleService('kubia'), node1, pod('172.17.12.2'))
  const keys = (object: Node) =>
    endpointSliceController.keysOf({type: 'MODIFIED', revision: 9, object, before: node1}, view).map(({name}) => name)
  t.deepEqual(keys({...node1, metadata: {...node1.metadata, labels: {}}}), ['kubia'])
  t.deepEqual(keys({...node1, status: {conditions: []}}), [])
})

test('a Service of both families has slices of each, and one that gives a family back loses its slices', t => {
  const ips = [{ip: '172.17.12.2'}, {ip: 'fd00:172:17:c::2'}]
  const dual = pod('172.17.12.2')
  const both = {...dual, status: {...dual.status, podIPs: ips}} as Pod
  const only4 = pod('172.17.12.3')
  const writes = written({ipFamilies: ['IPv4', 'IPv6']}, both, only4)
  const slices = writes.flatMap(write => (write.do === 'create' ? [write.object as EndpointSlice] : []))
  t.deepEqual(
    slices.map(({addressType, endpoints}) => [addressType, endpoints.map(({addresses}) => addresses[0])]),
    [
      ['IPv4', ['172.17.12.2', '172.17.12.3']],
      ['IPv6', ['fd00:172:17:c::2']],
    ],
  )
  const named = slices.map((slice, index) => ({...slice, metadata: {...slice.metadata, name: `kubia-${index}`}}))
  const after = written({ipFamilies: ['IPv4']}, both, only4, ...named)
  t.deepEqual(
    after.map(write => [write.do, (write.object as EndpointSlice).metadata.name]),
    [['delete', 'kubia-1']],
  )
})
