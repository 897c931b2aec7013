import test from 'ava'
import {endpointsController, wantedEndpoints} from '../../src/controllers/endpoints.ts'
import type {Container} from '../../src/objects/container.ts'
import type {EndpointSubset} from '../../src/objects/endpoints.ts'
import type {Pod} from '../../src/objects/pod.ts'
import type {ServiceSpec} from '../../src/objects/service.ts'
import {samplePod, sampleService} from '../objects/_samples.ts'
import {context, viewOf} from './_world.ts'

type PodSketch = {
  readonly ready?: boolean
  readonly phase?: 'Running' | 'Succeeded' | 'Failed'
  readonly going?: boolean
  readonly spec?: Partial<Pod['spec']>
}

/** `pod('172.17.12.2')` is ready on node1; its uid is its address. */
function pod(ip: string, {ready = true, phase = 'Running', going = false, spec = {}}: PodSketch = {}): Pod {
  const object = samplePod(`p-${ip.replaceAll('.', '-')}`, {
    uid: `uid-${ip}`,
    labels: {app: 'kubia'},
    spec: {nodeName: 'node1', ...spec},
    status: {phase, ...(ip && {podIP: ip}), conditions: [{type: 'Ready', status: ready ? 'True' : 'False'}]},
  })
  return going ? {...object, metadata: {...object.metadata, deletionTimestamp: '2025-01-01T00:00:30Z'}} : object
}

/** A subset in one line: `172.17.12.2 172.17.12.3 | not ready | http 8080/TCP`. */
function line({addresses = [], notReadyAddresses = [], ports = []}: EndpointSubset): string {
  const ips = (list: typeof addresses) => list.map(({ip, hostname}) => (hostname ? `${hostname}=${ip}` : ip)).join(' ')
  return [
    ips(addresses),
    ips(notReadyAddresses),
    ports.map(({name, port, protocol}) => `${name ? `${name} ` : ''}${port}/${protocol}`),
  ].join(' | ')
}

const writes = test.macro({
  exec: (t, _title: string, spec: ServiceSpec, pods: readonly Pod[], ...expected: string[]) =>
    t.deepEqual((wantedEndpoints(sampleService('kubia', spec), pods).subsets ?? []).map(line), expected),
  title: (_, title) => `${title}`,
})

test(
  writes,
  'addresses are sorted as numbers',
  {},
  [pod('172.17.12.10'), pod('172.17.12.9')],
  '172.17.12.9 172.17.12.10 |  | 8080/TCP',
)
test(
  writes,
  'a pod that is not ready is set apart',
  {},
  [pod('10.0.0.1', {ready: false}), pod('10.0.0.2')],
  '10.0.0.2 | 10.0.0.1 | 8080/TCP',
)
test(
  writes,
  'publishNotReadyAddresses makes no difference between them',
  {publishNotReadyAddresses: true},
  [pod('10.0.0.1', {ready: false}), pod('10.0.0.2', {going: true})],
  '10.0.0.1 10.0.0.2 |  | 8080/TCP',
)
test(writes, 'pods that go, that have ended and that have no address are left out', {}, [
  pod('10.0.0.1', {going: true}),
  pod('10.0.0.2', {phase: 'Succeeded'}),
  pod('10.0.0.3', {phase: 'Failed'}),
  samplePod('a'),
])
test(
  writes,
  'without a target port the port is the same',
  {ports: [{port: 80}]},
  [pod('10.0.0.1')],
  '10.0.0.1 |  | 80/TCP',
)

const listening = (containerPort: number, protocol?: 'UDP'): Partial<Pod['spec']> => {
  const port = {name: 'web', containerPort, ...(protocol && {protocol})}
  const container: Container = {name: 'c', image: 'i', ports: [port]}
  return {containers: [container]}
}
test(
  writes,
  'a named target port is looked up in each pod',
  {ports: [{port: 80, targetPort: 'web'}]},
  [
    pod('10.0.0.1', {spec: listening(8080)}),
    pod('10.0.0.2', {spec: listening(9090)}),
    pod('10.0.0.3'),
    pod('10.0.0.4', {spec: listening(1, 'UDP')}),
  ],
  '10.0.0.1 |  | 8080/TCP',
  '10.0.0.2 |  | 9090/TCP',
)
test(
  writes,
  'ports that lead to the same pods share a subset, others have their own',
  {
    ports: [
      {name: 'z', port: 1},
      {name: 'named', port: 80, targetPort: 'web'},
      {name: 'a', port: 53, protocol: 'UDP'},
    ],
  },
  [pod('10.0.0.1', {spec: listening(8080)}), pod('10.0.0.2')],
  '10.0.0.1 10.0.0.2 |  | a 53/UDP,z 1/TCP',
  '10.0.0.1 |  | named 8080/TCP',
)
test(
  writes,
  'a headless service without ports lists addresses alone',
  {clusterIP: 'None', ports: []},
  [pod('10.0.0.1')],
  '10.0.0.1 |  | ',
)
test(
  writes,
  'a pod has a host name where its subdomain is the service',
  {},
  [
    pod('10.0.0.1', {spec: {hostname: 'db', subdomain: 'kubia'}}),
    pod('10.0.0.2', {spec: {hostname: 'db', subdomain: 'other'}}),
  ],
  'db=10.0.0.1 10.0.0.2 |  | 8080/TCP',
)

test('an address names its pod and node, and the Endpoints carry the labels of the service', t => {
  const service = {
    ...sampleService('kubia', {clusterIP: 'None'}),
    metadata: {name: 'kubia', namespace: 'default', labels: {a: 'b'}},
  }
  t.deepEqual(wantedEndpoints(service, [pod('10.0.0.1')]), {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: {name: 'kubia', namespace: 'default', labels: {a: 'b', 'service.kubernetes.io/headless': ''}},
    subsets: [
      {
        addresses: [
          {
            ip: '10.0.0.1',
            nodeName: 'node1',
            targetRef: {kind: 'Pod', namespace: 'default', name: 'p-10-0-0-1', uid: 'uid-10.0.0.1'},
          },
        ],
        ports: [{port: 8080, protocol: 'TCP'}],
      },
    ],
  })
})

test('more than a thousand addresses are cut, those not ready first, and the object says so', t => {
  const pods = (count: number, from: number, ready: boolean) =>
    Array.from({length: count}, (_, index) =>
      pod(`10.0.${Math.floor((from + index) / 256)}.${(from + index) % 256}`, {ready}),
    )
  const counts = (all: readonly Pod[]) => {
    const {subsets = [], metadata} = wantedEndpoints(sampleService('kubia'), all)
    return [subsets[0]?.addresses?.length ?? 0, subsets[0]?.notReadyAddresses?.length ?? 0, metadata.annotations]
  }
  const truncated = {'endpoints.kubernetes.io/over-capacity': 'truncated'}
  t.deepEqual(counts(pods(1000, 0, true)), [1000, 0, undefined])
  t.deepEqual(counts([...pods(900, 0, true), ...pods(200, 900, false)]), [900, 100, truncated])
  t.deepEqual(counts([...pods(1200, 0, true), ...pods(10, 1200, false)]), [1000, 0, truncated])
})

test('a service without a selector keeps the Endpoints that somebody wrote', t => {
  const {selector: _, ...spec} = sampleService('kubia').spec
  const service = {...sampleService('kubia'), spec}
  const manual = {
    ...wantedEndpoints(sampleService('kubia'), []),
    subsets: [{addresses: [{ip: '10.0.0.9'}], ports: [{port: 1}]}],
  }
  const key = {...service.metadata, kind: 'Service'} as const
  t.deepEqual(endpointsController.reconcile(key, viewOf(service, manual), context), [])
  const change = {type: 'ADDED', revision: 1, object: manual} as const
  t.deepEqual(
    endpointsController.keysOf(change, viewOf(manual)),
    [],
    'nor are those that come before their service touched',
  )
  t.like(endpointsController.reconcile(key, viewOf(manual), context), [{do: 'delete', object: {kind: 'Endpoints'}}])
})
