import test from 'ava'
import {ask, testServer} from '../_ask.ts'

const kubia = 'kubia.default.svc.cluster.local'

test('log writes the line that CoreDNS writes', async t => {
  const lines: string[] = []
  let clock = 0
  const server = testServer({
    corefile: '. {\n log\n kubernetes cluster.local\n}',
    log: line => lines.push(line),
    clock: () => {
      clock += 0.25
      return clock
    },
  })
  await ask(server, {name: `${kubia}.`, type: 'A'})
  await ask(server, {
    name: 'Missing.default.svc.cluster.local.',
    type: 'SRV',
    edns: {size: 1232, version: 0, dnssec: true, options: []},
  })
  t.deepEqual(lines.slice(-2), [
    '[INFO] 172.17.12.9:40000 - 4711 "A IN kubia.default.svc.cluster.local. udp 49 false 512" NOERROR qr,aa,rd 96 0.00025s',
    '[INFO] 172.17.12.9:40000 - 4711 "SRV IN missing.default.svc.cluster.local. udp 62 true 1232" NXDOMAIN qr,aa,rd 144 0.00025s',
  ])
})
