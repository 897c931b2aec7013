import test from 'ava'
import fc from 'fast-check'
import {servicePorts} from '../../../src/node/proxy/service-port.ts'
import type {EndpointSlice} from '../../../src/objects/endpoint-slice.ts'
import type {Service, ServiceSpec} from '../../../src/objects/service.ts'
import {sampleService, sampleSlice} from '../../objects/_samples.ts'
import {linesOf, node1, planned} from './_plan.ts'

const names = ['a', 'b', 'c']
const specs = fc.constantFrom<ServiceSpec>(
  {},
  {type: 'NodePort', ports: [{port: 80, targetPort: 8080, nodePort: 30080}]},
  {type: 'NodePort', ports: [{port: 80, targetPort: 8080, nodePort: 30080}], externalTrafficPolicy: 'Local'},
  {internalTrafficPolicy: 'Local'},
  {sessionAffinity: 'ClientIP'},
)
const endpoints = fc.subarray(['172.17.12.2', '172.17.12.3', '172.17.13.2', '172.17.13.3'])
const change = fc.record({
  name: fc.constantFrom(...names),
  spec: fc.option(specs, {nil: undefined}),
  endpoints: fc.option(endpoints, {nil: undefined}),
})

const node2 = {...node1, nodeName: 'master', zone: 'east'}

test('what is remembered of Services makes no difference to what is planned, on any node', t => {
  fc.assert(
    fc.property(fc.array(change, {maxLength: 8}), changes => {
      const services = new Map<string, Service>(
        names.map((name, index) => [name, sampleService(name, {clusterIP: `10.96.0.${index + 2}`})]),
      )
      const slices = new Map<string, EndpointSlice>()
      for (const {name, spec, endpoints: ips} of changes) {
        const before = services.get(name)?.spec ?? {}
        if (spec) services.set(name, sampleService(name, {clusterIP: before.clusterIP ?? '', ...spec}))
        const located = ips?.map(ip => ({addresses: [ip], nodeName: ip.startsWith('172.17.12.') ? 'node1' : 'master'}))
        if (located) slices.set(name, sampleSlice(name, located))
        const known = [[...services.values()], [...slices.values()]] as const
        const fresh = structuredClone(known) as typeof known
        for (const node of [node1, node2, {...node1, masqueradeAll: true}])
          t.is(linesOf('', planned(servicePorts(...known), node)), linesOf('', planned(servicePorts(...fresh), node)))
      }
    }),
  )
})

test('of a Service and slices that are the same as before, the ports are the same', t => {
  const [a, b] = [sampleService('a', {clusterIP: '10.96.0.2'}), sampleService('b', {clusterIP: '10.96.0.3'})]
  const slice = sampleSlice('a', ['172.17.12.2'])
  const before = servicePorts([a, b], [slice])
  const after = servicePorts([a, b], [slice, sampleSlice('b', ['172.17.12.3'])])
  t.is(after[0], before[0])
  t.not(after[1], before[1])
  t.is(after[1]?.endpoints.length, 1)
})
