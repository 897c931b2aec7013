import test from 'ava'
import {parseNetwork} from '../../../../src/net/cidr.ts'
import {ipNumber, parseIp} from '../../../../src/net/ip.ts'
import {routeTable} from '../../../../src/node/overlay/udp/route-table.ts'

/** `172.17.12.0/24 a`: a subnet and what lies there. */
function find(routes: readonly string[], address: string): string | undefined {
  const table = routeTable(
    routes.map(route => {
      const [subnet = '', to = ''] = route.split(' ')
      return {subnet: parseNetwork(subnet), to}
    }),
  )
  return table(ipNumber(parseIp(address)))
}

const finds = test.macro({
  exec: (t, routes: readonly string[], address: string, expected: string | undefined) =>
    t.is(find(routes, address), expected),
  title: (_, routes: readonly string[], address, expected) =>
    `${address} is ${expected ?? 'nowhere'} among ${routes.join(', ') || 'none'}`,
})

const two = ['172.17.12.0/24 a', '172.17.13.0/24 b']
test(finds, two, '172.17.12.0', 'a')
test(finds, two, '172.17.12.255', 'a')
test(finds, two, '172.17.13.9', 'b')
test(finds, two, '172.17.14.1', undefined)
test(finds, [], '172.17.12.1', undefined)
test(finds, ['10.0.0.0/8 wide', '10.1.0.0/16 narrow'], '10.1.2.3', 'narrow')
test(finds, ['10.1.0.0/16 narrow', '10.0.0.0/8 wide'], '10.2.2.3', 'wide')
test(finds, ['223.255.255.0/24 high'], '223.255.255.254', 'high')
test(finds, ['0.0.0.0/0 all'], '1.2.3.4', 'all')
test(finds, ['10.0.0.4/32 host'], '10.0.0.4', 'host')
test(finds, ['10.0.0.4/32 host'], '10.0.0.5', undefined)
