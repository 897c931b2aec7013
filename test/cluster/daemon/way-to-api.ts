import test from 'ava'
import {leadsTo} from '../../../src/cluster/daemon/way-to-api.ts'
import {parseIp} from '../../../src/net/ip.ts'

const head = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n'
/* 0.0.0.0/0 via 10.0.20.254, 10.0.20.0/24, 172.17.12.0/24 */
const standard = 'eth0\t00000000\tFE14000A\t0003\t0\t0\t0\t00000000\t0\t0\t0\n'
const own = 'eth0\t0014000A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n'
const bridge = 'docker0\t000C11AC\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n'

const leads = test.macro({
  exec: (t, _title: string, routes: string, expected: boolean) =>
    t.is(leadsTo(routes, parseIp('10.0.20.254')), expected),
  title: (_, title) => `${title}`,
})

test(leads, 'a node in its network finds the API server', head + standard + own + bridge, true)
test(leads, 'its own network is enough', head + own, true)
test(leads, 'so is a way to everywhere', head + standard, true)
test(leads, 'without eth0 there is no way', head + bridge, false)
test(leads, 'another network is none', head + own.replace('0014000A', '0015000A'), false)
test(leads, 'a route that is down is none', head + own.replace('0001', '0000'), false)
test(leads, 'a node without routes has none', head, false)
test(leads, 'a node that is gone has none', '', false)
