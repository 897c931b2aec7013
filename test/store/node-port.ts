import test from 'ava'
import {parseNetwork} from '../../src/net/cidr.ts'
import type {ServiceSpec} from '../../src/objects/service.ts'
import {bootstrapObjects} from '../../src/store/bootstrap.ts'
import {memoryStore} from '../../src/store/memory.ts'
import {registry} from '../../src/store/registry.ts'
import {sampleService} from '../objects/_samples.ts'

function cluster(random = () => 0) {
  let uids = 0
  const store = memoryStore({clock: () => 0, uid: () => `uid-${++uids}`})
  const serviceRange = parseNetwork('10.96.0.0/12')
  const objects = registry({store, serviceRange, now: () => 0, random})
  objects.apply(bootstrapObjects(serviceRange))
  return {
    apply: (name: string, spec: ServiceSpec) =>
      objects.apply([sampleService(name, {type: 'NodePort', ...spec})])[0]?.did,
    remove: (name: string) => objects.delete({kind: 'service', name}),
    portsOf: (name: string) =>
      store.get('Service', {namespace: 'default', name})?.spec.ports?.map(({nodePort}) => nodePort),
    specOf: (name: string) => store.get('Service', {namespace: 'default', name})?.spec,
  }
}

const web = {ports: [{port: 80}]}

test('a node port is drawn from above the band of those who choose, and no two are alike', t => {
  const {apply, portsOf} = cluster()
  for (const name of ['a', 'b', 'c']) apply(name, web)
  t.deepEqual(['a', 'b', 'c'].flatMap(portsOf), [30086, 30087, 30088])
  const last = cluster(() => 0.99999)
  last.apply('a', web)
  last.apply('b', web)
  t.deepEqual(['a', 'b'].flatMap(last.portsOf), [32767, 30086])
})

test('a node port that was asked for is given, once, and again when it is free', t => {
  const {apply, remove, portsOf} = cluster()
  apply('a', {ports: [{port: 80, nodePort: 30080}]})
  const taken =
    'Service "b" is invalid: spec.ports[0].nodePort: Invalid value: 30080: provided port is already allocated'
  t.is(t.throws(() => apply('b', {ports: [{port: 80, nodePort: 30080}]})).message, taken)
  remove('a')
  apply('b', {ports: [{port: 80, nodePort: 30080}]})
  t.deepEqual(portsOf('b'), [30080])
  apply('c', {ports: [{port: 80, nodePort: 30081}]})
  t.throws(() => apply('c', {ports: [{port: 80, nodePort: 30080}]}), {message: taken.replace('"b"', '"c"')})
})

test('TCP and UDP of one number share a node port, other ports do not', t => {
  const {apply, portsOf} = cluster()
  apply('dns', {
    ports: [
      {name: 'dns', port: 53, protocol: 'UDP'},
      {name: 'dns-tcp', port: 53, protocol: 'TCP'},
      {name: 'metrics', port: 9153},
    ],
  })
  t.deepEqual(portsOf('dns'), [30086, 30086, 30087])
  apply('chosen', {
    ports: [
      {name: 'dns', port: 53, protocol: 'UDP'},
      {name: 'dns-tcp', port: 53, protocol: 'TCP', nodePort: 30053},
    ],
  })
  t.deepEqual(portsOf('chosen'), [30053, 30053])
})

test('a Service keeps its node port while it has the type, whatever else changes', t => {
  const {apply, portsOf, specOf} = cluster()
  apply('a', web)
  t.is(apply('a', web), 'unchanged')
  t.is(apply('a', {ports: [{port: 8080}]}), 'configured')
  t.deepEqual(portsOf('a'), [30086])
  t.is(specOf('a')?.externalTrafficPolicy, 'Cluster')
  apply('a', {...web, type: 'ClusterIP'})
  t.deepEqual(portsOf('a'), [undefined])
  t.is(specOf('a')?.externalTrafficPolicy, undefined)
  apply('b', web)
  t.deepEqual(portsOf('b'), [30086])
})

test('a Service of type ClusterIP that becomes one of type NodePort is given a port', t => {
  const {apply, portsOf} = cluster()
  apply('a', {...web, type: 'ClusterIP'})
  apply('a', web)
  t.deepEqual(portsOf('a'), [30086])
})

test('the range is 2768 ports: the chosen band is used when the rest is full, then there are none', t => {
  const {apply, portsOf} = cluster()
  const many = Array.from({length: 2682}, (_, index) => ({name: `p${index}`, port: index + 1}))
  apply('many', {ports: many})
  apply('rest', {ports: Array.from({length: 86}, (_, index) => ({name: `p${index}`, port: index + 1}))})
  t.is(portsOf('rest')?.[0], 30000)
  t.is(portsOf('rest')?.at(-1), 30085)
  t.throws(() => apply('more', web), {message: 'failed to allocate a nodePort: range is full'})
})
