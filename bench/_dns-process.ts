/** podlab's DNS in a process of its own: `node _dns-process.ts PORT COREFILE`. */
import {readFileSync} from 'node:fs'
import {serveUdp} from '../src/dns/serve.ts'
import {createDnsServer} from '../src/dns/server.ts'
import {toldView} from '../src/dns/view.ts'
import {openUdp} from '../src/node/programs/udp-socket.ts'
import {clusterObjects} from './_dns-objects.ts'

const [port = '', file = ''] = process.argv.slice(2)
const view = toldView()
for (const object of clusterObjects()) view.tell({type: 'ADDED', object})
view.sync()
const server = createDnsServer({
  corefile: readFileSync(file, 'utf8'),
  view,
  exchange: () => Promise.reject(new Error('nobody else is asked')),
  log: () => undefined,
  now: Date.now,
})
const {socket} = openUdp(Number(port), '127.0.0.1')
serveUdp(server, socket, Number(port))
