import test from 'ava'
import {parseCidr, parseNetwork} from '../../../src/net/cidr.ts'
import {parseIp} from '../../../src/net/ip.ts'
import {type Applicant, leasesOf} from '../../../src/node/overlay/leases.ts'
import {PlanError} from '../../../src/node/plan-error.ts'

/** `a b=172.17.9.0/24`: two nodes, the second of which wants a subnet of its own. */
function applicants(text: string): Applicant[] {
  return text.split(' ').map((word, index) => {
    const [node = '', subnet] = word.split('=')
    const publicIp = parseIp(`10.0.20.${index + 1}`)
    return subnet === undefined ? {node, publicIp} : {node, publicIp, subnet: parseCidr(subnet)}
  })
}

const gives = test.macro({
  exec: (t, network: string, nodes: string, expected: string) => {
    const leases = leasesOf(parseNetwork(network), applicants(nodes))
    t.is(leases.map(({node, subnet}) => `${node}=${subnet}`).join(' '), expected)
  },
  title: (_, network, nodes) => `${network} for ${nodes}`,
})

test(gives, '172.17.0.0/16', 'a b', 'a=172.17.1.0/24 b=172.17.2.0/24')
test(gives, '172.17.0.0/16', 'a=172.17.13.0/24 b=172.17.12.0/24 c', 'a=172.17.13.0/24 b=172.17.12.0/24 c=172.17.1.0/24')
test(gives, '172.17.0.0/16', 'a b=172.17.1.0/24', 'a=172.17.2.0/24 b=172.17.1.0/24')
test(gives, '172.17.0.0/16', 'a b=172.17.0.0/22', 'a=172.17.4.0/24 b=172.17.0.0/22')
test(gives, '10.1.0.0/24', 'a b c', 'a=10.1.0.64/26 b=10.1.0.128/26 c=10.1.0.192/26')

test('the address of the node and a MAC address that follows from the subnet are in the lease', t => {
  const [lease] = leasesOf(parseNetwork('172.17.0.0/16'), applicants('a'))
  t.like(lease, {publicIp: '10.0.20.1', vtepMac: '02:42:ac:11:01:00'})
})

const refuses = test.macro({
  exec: (t, network: string, nodes: string, message: string) => {
    const error = t.throws(() => leasesOf(parseNetwork(network), applicants(nodes)), {instanceOf: PlanError})
    t.is(error.message, message)
  },
  title: (_, network, nodes) => `${network} is refused for ${nodes}`,
})

test(
  refuses,
  '10.1.0.0/24',
  'a b c d',
  'the pod network 10.1.0.0/24 has 3 subnets of length /26 to give, too few for 4 nodes; node d gets none',
)
test(refuses, '10.1.0.0/29', 'a', 'the pod network 10.1.0.0/29 is too small: its quarters would have no room for pods')
test(
  refuses,
  '172.17.0.0/16',
  'a=172.17.1.0/24 b=172.17.0.0/22',
  'the subnets of a and b overlap: 172.17.1.0/24 and 172.17.0.0/22',
)
test(
  refuses,
  '172.17.0.0/16',
  'a=172.18.1.0/24',
  'node a cannot have the subnet 172.18.1.0/24: it is no part of the pod network 172.17.0.0/16',
)
test(
  refuses,
  '172.17.0.0/16',
  'a=172.17.1.1/24',
  'node a cannot have the subnet 172.17.1.1/24: expected a network of length /30 or shorter',
)
