import test from 'ava'
import {parseNetwork6} from '../../../src/net/cidr.ts'
import {parseIp6} from '../../../src/net/ip6.ts'
import {parseMac} from '../../../src/net/mac.ts'
import {annotationsOf, leasesOfNodes, withBackend} from '../../../src/node/overlay/node-leases.ts'
import type {Node} from '../../../src/objects/node.ts'
import {master, node1, node2} from '../../contract/overlay.ts'

const nodeOf = (name: string, podCIDR?: string, annotations?: Readonly<Record<string, string>>): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: {name, ...(annotations && {annotations})},
  spec: {...(podCIDR !== undefined && {podCIDR})},
})

const published = (lease: typeof master, backendType = 'vxlan') =>
  nodeOf(lease.node, lease.subnet, annotationsOf(lease, backendType))

test('a lease is published as flannel publishes it', t => {
  t.deepEqual(annotationsOf(master, 'vxlan'), {
    'flannel.alpha.coreos.com/public-ip': '10.0.20.4',
    'flannel.alpha.coreos.com/backend-type': 'vxlan',
    'flannel.alpha.coreos.com/backend-data': '{"VNI":1,"VtepMAC":"02:42:ac:11:0d:00"}',
    'flannel.alpha.coreos.com/kube-subnet-manager': 'true',
  })
})

test('what is published is read back, each node seeing the others as its peers', t => {
  const nodes = [published(master), published(node1)]
  t.deepEqual(leasesOfNodes(nodes, 'master'), {self: master, backendType: 'vxlan', peers: [node1]})
  t.deepEqual(leasesOfNodes(nodes, 'node1'), {self: node1, backendType: 'vxlan', peers: [master]})
})

test("a lease that does not tell the VTEP's address has the one that follows from the subnet", t => {
  const node = nodeOf('master', '172.17.13.0/24', {'flannel.alpha.coreos.com/public-ip': '10.0.20.4'})
  t.is(String(leasesOfNodes([node], 'master').self.vtepMac), '02:42:ac:11:0d:00')
})

test('nodes without a lease are nobodys peers', t => {
  const nodes = [published(master), nodeOf('bare'), nodeOf('no-annotation', '172.17.14.0/24')]
  t.deepEqual(leasesOfNodes(nodes, 'master').peers, [])
})

test('a node that has no lease itself is told what it lacks', t => {
  const error = t.throws(() => leasesOfNodes([nodeOf('master'), published(node1)], 'master'))
  t.is(error?.name, 'PlanError')
  t.is(error?.message, 'node master has no lease: no podCIDR, or no annotation flannel.alpha.coreos.com/public-ip')
})

test('a backend that needs no data of its peers publishes none, as flannel does', t => {
  t.is(annotationsOf(master, 'host-gw')['flannel.alpha.coreos.com/backend-data'], 'null')
  const {self, backendType} = leasesOfNodes([published(master, 'host-gw')], 'master')
  t.deepEqual({self, backendType}, {self: master, backendType: 'host-gw'})
})

test('nodes that carry packets another way are no peers', t => {
  const nodes = [published(master, 'host-gw'), published(node1), published(node2, 'host-gw')]
  t.deepEqual(leasesOfNodes(nodes, 'master').peers, [node2])
})

test('a node gets another backend, and keeps all that it has besides', t => {
  const node = {...published(master), metadata: {...published(master).metadata, labels: {role: 'master'}}}
  const changed = withBackend(node, 'host-gw')
  t.deepEqual(changed && {...changed, metadata: {...changed.metadata, annotations: annotationsOf(master, 'host-gw')}}, {
    ...node,
    metadata: {...node.metadata, annotations: annotationsOf(master, 'host-gw')},
  })
  t.is(changed?.metadata.annotations?.['flannel.alpha.coreos.com/backend-type'], 'host-gw')
  t.is(withBackend(nodeOf('bare'), 'host-gw'), undefined)
})

test('a lease of a dual-stack node is published and read back, with its address and VTEP of IPv6', t => {
  const subnet = parseNetwork6('fd00:172:17:d::/64')
  const ipv6 = {publicIp: parseIp6('fd00:10:0:20::4'), subnet, vtepMac: parseMac('06:42:ac:11:0d:00')}
  const dual = {...master, ipv6}
  const annotations = annotationsOf(dual, 'vxlan')
  t.is(annotations['flannel.alpha.coreos.com/public-ipv6'], 'fd00:10:0:20::4')
  t.is(annotations['flannel.alpha.coreos.com/backend-v6-data'], '{"VNI":1,"VtepMAC":"06:42:ac:11:0d:00"}')
  const node = nodeOf(master.node, master.subnet, annotations)
  const withSubnets = {...node, spec: {...node.spec, podCIDRs: [master.subnet, subnet]}}
  t.deepEqual(leasesOfNodes([withSubnets], master.node).self, dual)
  t.deepEqual(leasesOfNodes([node], master.node).self, master)
})
