import test from 'ava'
import {announcedRoutes, announcements} from '../../src/cluster/announcements.ts'
import {parseNetwork} from '../../src/net/cidr.ts'
import {type Ip, parseIp} from '../../src/net/ip.ts'
import type {Node} from '../../src/objects/node.ts'
import type {Service, ServiceSpec} from '../../src/objects/service.ts'
import {sampleSlice} from '../objects/_samples.ts'

const pool = parseNetwork('10.0.40.0/24')

function node(name: string, ready: 'True' | 'False' | 'Unknown' = 'True', labels: Record<string, string> = {}): Node {
  const conditions = [{type: 'Ready', status: ready}]
  return {apiVersion: 'v1', kind: 'Node', metadata: {name, labels}, spec: {}, status: {conditions}}
}

function balanced(ip: string, spec: Partial<ServiceSpec> = {}): Service {
  const metadata = {name: 'web', namespace: 'default'}
  const status = {loadBalancer: {ingress: [{ip}]}}
  return {apiVersion: 'v1', kind: 'Service', metadata, spec: {type: 'LoadBalancer', ...spec}, status}
}

const on = (nodeName: string, ready = true) =>
  sampleSlice('web', [{addresses: ['172.17.1.2'], nodeName, conditions: {ready}}])

const led = (
  services: readonly Service[],
  {
    nodes,
    slices = [],
    before = [],
  }: {nodes: readonly Node[]; slices?: ReturnType<typeof on>[]; before?: [Ip, string][]},
) => Object.fromEntries(announcements({services, slices, nodes}, {pools: [pool], before: new Map(before)}))

const ip = parseIp('10.0.40.1')

test('a ready node takes an address, and keeps it when others come', t => {
  t.deepEqual(led([balanced(ip)], {nodes: [node('a')]}), {[ip]: 'a'})
  t.deepEqual(led([balanced(ip)], {nodes: [node('a'), node('b'), node('c')], before: [[ip, 'b']]}), {[ip]: 'b'})
})

test('addresses spread over the nodes', t => {
  const services = Array.from({length: 40}, (_, index) => balanced(`10.0.40.${index + 1}`))
  const owners = Object.values(led(services, {nodes: [node('a'), node('b'), node('c')]}))
  for (const name of ['a', 'b', 'c']) t.true(owners.filter(owner => owner === name).length > 5)
})

test('a node that is not ready, or is left out by its label, takes none', t => {
  const excluded = {'node.kubernetes.io/exclude-from-external-load-balancers': ''}
  const nodes = [node('a', 'Unknown'), node('b', 'True', excluded), node('c')]
  t.deepEqual(led([balanced(ip)], {nodes, before: [[ip, 'a']]}), {[ip]: 'c'})
  t.deepEqual(led([balanced(ip)], {nodes: nodes.slice(0, 2)}), {})
})

test('with the policy Local a node with a ready endpoint takes it, or nobody', t => {
  const local = balanced(ip, {externalTrafficPolicy: 'Local'})
  const nodes = [node('a'), node('b'), node('c')]
  t.deepEqual(led([local], {nodes, slices: [on('b')], before: [[ip, 'a']]}), {[ip]: 'b'})
  t.deepEqual(led([local], {nodes, slices: [on('b', false)]}), {})
})

test('external IPs of the pool are led, too, and nothing else', t => {
  const nodes = [node('a')]
  const external = balanced('10.0.50.1', {type: 'ClusterIP', externalIPs: ['10.0.40.9', '203.0.113.9', '2001:db8::9']})
  t.deepEqual(led([external], {nodes}), {'10.0.40.9': 'a'})
})

test('the router sends packets to the chosen node', t => {
  const nodes = [{name: 'a', address: parseIp('10.0.20.11')}]
  t.deepEqual(
    announcedRoutes(
      new Map([
        [ip, 'a'],
        [parseIp('10.0.40.2'), 'gone'],
      ]),
      {nodes, link: 'underlay0'},
    ),
    [{to: '10.0.40.1/32' as never, via: parseIp('10.0.20.11'), link: 'underlay0'}],
  )
})
