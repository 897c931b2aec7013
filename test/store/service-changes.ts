import test from 'ava'
import fc from 'fast-check'
import {statusOf} from '../../src/apiserver/status.ts'
import {parseNetwork} from '../../src/net/cidr.ts'
import type {Service, ServiceSpec} from '../../src/objects/service.ts'
import {hasNodePorts} from '../../src/objects/service-node-ports.ts'
import {needsHealthCheck} from '../../src/objects/service-update.ts'
import {bootstrapObjects} from '../../src/store/bootstrap.ts'
import {memoryStore} from '../../src/store/memory.ts'
import {registry} from '../../src/store/registry.ts'
import {sampleService} from '../objects/_samples.ts'

/** A cluster whose addresses and ports are given in their order, from the first above the band of those who choose. */
function cluster(range = '10.96.0.0/24', random = () => 0) {
  let uids = 0
  const store = memoryStore({clock: () => 0, uid: () => `uid-${++uids}`})
  const serviceRange = parseNetwork(range)
  const objects = registry({store, serviceRange, now: () => 0, random})
  objects.apply(bootstrapObjects(serviceRange))
  const get = (name: string) => store.get('Service', {namespace: 'default', name}) as Service
  return {
    store,
    objects,
    create: (name: string, spec: ServiceSpec = {}) => objects.create(sampleService(name, spec)).spec,
    /** As `kubectl edit` does: the whole object with a change. */
    edit: (name: string, change: Partial<ServiceSpec>) => {
      const before = get(name)
      return objects.replace({...before, spec: {...before.spec, ...change}}).spec
    },
    /** As `kubectl replace` does with the manifest: what the cluster gave is not in it. */
    replace: (name: string, spec: ServiceSpec) => objects.replace(sampleService(name, spec)).spec,
    remove: (name: string) => objects.delete({kind: 'service', name}),
    refusal: (act: () => unknown) => {
      try {
        act()
        return 'it was taken'
      } catch (error) {
        const {code, message} = statusOf(error)
        return `${code} ${message}`
      }
    },
  }
}

const elsewhere = {type: 'ExternalName', externalName: 'example.com'} as const
const checked = {type: 'LoadBalancer', externalTrafficPolicy: 'Local'} as const

test('a Service that becomes another name for something outside gives its address back, and gets one again', t => {
  const {create, edit, replace} = cluster()
  t.is(create('a').clusterIP, '10.96.0.17')
  const named = edit('a', elsewhere)
  t.deepEqual(
    [named.clusterIP, named.clusterIPs, named.ipFamilies, named.ipFamilyPolicy, named.internalTrafficPolicy],
    [undefined, undefined, undefined, undefined, 'Cluster'],
  )
  t.is(create('b').clusterIP, '10.96.0.17', 'the address is free')
  const back = replace('a', {type: 'ClusterIP'})
  t.like(back, {
    clusterIP: '10.96.0.18',
    clusterIPs: ['10.96.0.18'],
    ipFamilies: ['IPv4'],
    ipFamilyPolicy: 'SingleStack',
  })
})

test('a Service that gets an address again may ask for one that is free', t => {
  const {create, replace, refusal} = cluster()
  create('a', elsewhere)
  create('b', {clusterIP: '10.96.0.9'})
  const taken =
    '422 Service "a" is invalid: spec.clusterIPs: Invalid value: []string{"10.96.0.9"}: failed to allocate IP 10.96.0.9: provided IP is already allocated'
  t.is(
    refusal(() => replace('a', {clusterIP: '10.96.0.9'})),
    taken,
  )
  t.is(replace('a', {clusterIP: '10.96.0.8'}).clusterIP, '10.96.0.8')
})

test('an address does not change, by whichever of its two fields', t => {
  const {create, edit, replace, refusal} = cluster()
  create('a')
  const fixed = (ip: string) =>
    `422 Service "a" is invalid: spec.clusterIPs[0]: Invalid value: []string{"${ip}"}: may not change once set`
  t.is(
    refusal(() => edit('a', {clusterIP: '10.96.0.99'})),
    fixed('10.96.0.99'),
  )
  t.is(
    refusal(() => replace('a', {clusterIP: 'None'})),
    fixed('None'),
  )
  t.is(
    refusal(() => edit('a', {clusterIP: '10.96.0.99', clusterIPs: ['10.96.0.99']})),
    fixed('10.96.0.99'),
  )
  t.is(edit('a', {clusterIP: ''}).clusterIP, '10.96.0.17', 'who leaves it out keeps it')
})

test('node ports come and go with the type', t => {
  const {create, edit, replace, refusal} = cluster()
  const two = [
    {name: 'web', port: 80},
    {name: 'admin', port: 81},
  ]
  create('a', {ports: two})
  const numbers = ({ports = []}: ServiceSpec) => ports.map(({nodePort}) => nodePort)
  t.deepEqual(numbers(edit('a', {type: 'NodePort'})), [30086, 30087])
  t.deepEqual(numbers(replace('a', {type: 'NodePort', ports: two.toReversed()})), [30087, 30086], 'by name')
  t.deepEqual(numbers(edit('a', {type: 'LoadBalancer'})), [30087, 30086])
  const inside = edit('a', {type: 'ClusterIP'})
  t.deepEqual(numbers(inside), [undefined, undefined])
  t.deepEqual([inside.externalTrafficPolicy, inside.allocateLoadBalancerNodePorts], [undefined, undefined])
  create('b', {type: 'NodePort', ports: [{port: 80, nodePort: 30087}]})
  t.is(
    refusal(() => replace('a', {ports: [{port: 80, nodePort: 31000}]})),
    '422 Service "a" is invalid: spec.ports[0].nodePort: Forbidden: may not be used when `type` is \'ClusterIP\'',
  )
  t.is(
    refusal(() => replace('a', {type: 'NodePort', ports: [{port: 80, nodePort: 30087}]})),
    '422 Service "a" is invalid: spec.ports[0].nodePort: Invalid value: 30087: provided port is already allocated',
  )
})

test('TCP and UDP of one number share a node port in a new Service, and have two in one that gets them later', t => {
  const {create, edit} = cluster()
  const ports = [
    {name: 'dns', port: 53, protocol: 'UDP'},
    {name: 'dns-tcp', port: 53, protocol: 'TCP'},
  ] as const
  const numbers = ({ports: all = []}: ServiceSpec) => all.map(({nodePort}) => nodePort)
  t.deepEqual(numbers(create('a', {type: 'NodePort', ports})), [30086, 30086])
  create('b', {ports})
  t.deepEqual(numbers(edit('b', {type: 'NodePort'})), [30087, 30088])
})

test('a number that one port takes over is not given back to the port that had it', t => {
  const {create, replace} = cluster()
  create('a', {type: 'NodePort', ports: [{name: 'web', port: 80, nodePort: 30001}]})
  const ports = [
    {name: 'web', port: 80},
    {name: 'new', port: 81, nodePort: 30001},
  ]
  t.deepEqual(
    replace('a', {type: 'NodePort', ports}).ports?.map(({nodePort}) => nodePort),
    [30086, 30001],
  )
})

test('a balancer that looks for local endpoints is given a port to ask at', t => {
  const {create, edit, replace, refusal, remove} = cluster()
  const made = create('a', checked)
  t.deepEqual([made.ports?.[0]?.nodePort, made.healthCheckNodePort], [30086, 30087])
  t.is(replace('a', checked).healthCheckNodePort, 30087, 'who leaves it out keeps it')
  t.is(
    refusal(() => edit('a', {healthCheckNodePort: 31000})),
    '422 Service "a" is invalid: spec.healthCheckNodePort: Forbidden: field is immutable',
  )
  t.is(
    refusal(() => create('b', {...checked, healthCheckNodePort: 30086})),
    '500 Internal error occurred: failed to allocate requested HealthCheck NodePort 30086: provided port is already allocated',
  )
  t.is(
    refusal(() => create('b', {...checked, healthCheckNodePort: 80})),
    '500 Internal error occurred: failed to allocate requested HealthCheck NodePort 80: provided port is not in the valid range. The range of valid ports is 30000-32767',
  )
  t.is(
    refusal(() => create('b', {...checked, healthCheckNodePort: 31000, ports: [{port: 80, nodePort: 31000}]})),
    '500 Internal error occurred: failed to allocate requested HealthCheck NodePort 31000: provided port is already allocated',
  )
  t.is(
    refusal(() => create('c', {type: 'NodePort', ports: [{port: 80, nodePort: 30087}]})),
    '422 Service "c" is invalid: spec.ports[0].nodePort: Invalid value: 30087: provided port is already allocated',
  )
  t.is(edit('a', {externalTrafficPolicy: 'Cluster'}).healthCheckNodePort, undefined)
  create('c', {type: 'NodePort', ports: [{port: 80, nodePort: 30087}]})
  t.is(edit('a', {externalTrafficPolicy: 'Local'}).healthCheckNodePort, 30088)
  remove('a')
  t.is(create('d', {...checked, healthCheckNodePort: 30088}).healthCheckNodePort, 30088)
})

test('a balancer keeps its class, and another type has none', t => {
  const {create, edit, refusal} = cluster()
  create('a', {type: 'LoadBalancer', loadBalancerClass: 'example.com/x', allocateLoadBalancerNodePorts: false})
  t.is(
    refusal(() => edit('a', {loadBalancerClass: 'example.com/y'})),
    '422 Service "a" is invalid: spec.loadBalancerClass: Invalid value: "example.com/y": may not change once set',
  )
  const {loadBalancerClass, ports} = edit('a', {type: 'ClusterIP'})
  t.deepEqual([loadBalancerClass, ports?.[0]?.nodePort], [undefined, undefined])
})

test('what a balancer had given goes with the type', t => {
  const {create, edit, objects, store} = cluster()
  create('a', {type: 'LoadBalancer'})
  const made = store.get('Service', {namespace: 'default', name: 'a'}) as Service
  objects.replace({...made, status: {loadBalancer: {ingress: [{ip: '10.0.20.200'}]}}}, {part: 'status'})
  edit('a', {selector: {app: 'other'}})
  t.truthy(store.get('Service', made.metadata as {name: string})?.status?.loadBalancer?.ingress)
  edit('a', {type: 'NodePort'})
  t.deepEqual(store.get('Service', made.metadata as {name: string})?.status, {loadBalancer: {}})
})

test('a headless Service without a selector may have endpoints of both families', t => {
  const {create} = cluster()
  t.like(create('a', {clusterIP: 'None'}), {ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack'})
  const {selector: _, ...free} = sampleService('b', {clusterIP: 'None'}).spec
  const {objects} = cluster()
  t.like(objects.create({...sampleService('b'), spec: free}).spec, {
    ipFamilies: ['IPv4', 'IPv6'],
    ipFamilyPolicy: 'RequireDualStack',
  })
})

test('full ranges are the fault of the cluster, in its words', t => {
  const {create, refusal} = cluster('10.96.0.0/28')
  for (let number = 0; number < 13; number++) create(`s${number}`)
  t.is(
    refusal(() => create('more')),
    '500 Internal error occurred: failed to allocate a serviceIP: range is full',
  )
  const many = Array.from({length: 2768}, (_, index) => ({name: `p${index}`, port: index + 1}))
  const ports = cluster()
  ports.create('many', {type: 'NodePort', ports: many})
  t.is(
    ports.refusal(() => ports.create('more', {type: 'NodePort'})),
    '500 Internal error occurred: failed to allocate a nodePort: range is full',
  )
})

const types = fc.constantFrom<ServiceSpec>(
  {type: 'ClusterIP'},
  {type: 'NodePort'},
  {type: 'LoadBalancer', externalTrafficPolicy: 'Cluster'},
  checked,
  elsewhere,
)
type Step = {
  readonly name: string
  readonly spec: ServiceSpec
  readonly ip: number | undefined
  readonly port: number | undefined
  readonly doing: string
}

const step: fc.Arbitrary<Step> = fc.record({
  name: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
  spec: types,
  ip: fc.option(fc.integer({min: 2, max: 13}), {nil: undefined}),
  port: fc.option(fc.integer({min: 30000, max: 30004}), {nil: undefined}),
  doing: fc.constantFrom('put', 'put', 'put', 'edit', 'remove'),
})

/** Does one step; what is refused is refused with a Status. Answers its code. */
function take({store, objects, edit}: ReturnType<typeof cluster>, {name, spec, ip, port, doing}: Step): number {
  const own = {...spec, ...(ip && spec.type !== 'ExternalName' && {clusterIP: `10.96.0.${ip}`})}
  const ports = [{port: 80, ...(port && hasNodePorts(spec) && {nodePort: port})}]
  const wanted = sampleService(name, {...own, ports})
  const before = store.get('Service', {namespace: 'default', name})
  try {
    if (!before) objects.create(wanted)
    else if (doing === 'remove') objects.delete({kind: 'service', name})
    else if (doing === 'edit') edit(name, spec)
    else objects.replace(wanted)
    return 200
  } catch (error) {
    return statusOf(error).code ?? 0
  }
}

/** The addresses and ports that Services have. */
function owned(services: readonly Service[]): readonly (string | number)[] {
  return services.flatMap(({spec: {clusterIP, ports = [], healthCheckNodePort}}) =>
    [clusterIP, ...ports.map(({nodePort}) => nodePort), healthCheckNodePort].filter(one => one !== undefined),
  )
}

test('whatever is done to Services, no address and no port has two owners, and each has what its type needs', t => {
  fc.assert(
    fc.property(fc.array(step, {maxLength: 40}), fc.nat(1000), (steps, seed) => {
      const world = cluster('10.96.0.0/28', () => seed / 1001)
      for (const one of steps) {
        t.true([200, 422, 500].includes(take(world, one)))
        const services = world.store.list('Service')
        const all = owned(services)
        t.is(new Set(all).size, all.length)
        for (const {spec: has} of services) {
          t.is(has.clusterIP === undefined, has.type === 'ExternalName')
          t.is(has.ports?.[0]?.nodePort === undefined, !hasNodePorts(has))
          t.is(has.healthCheckNodePort === undefined, !needsHealthCheck(has))
        }
      }
    }),
  )
})
