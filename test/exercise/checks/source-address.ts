import test from 'ava'
import {type Exec, pod} from '../_fake-lab.ts'
import {fails, passes, refused} from './_verdict.ts'

const client = pod('client', {app: 'client', ip: '172.17.12.2', node: 'node1'})
const far = pod('far', {ip: '172.17.13.3', node: 'master'})
const near = pod('near', {ip: '172.17.12.3', node: 'node1'})
const sourceAddress = 'sourceAddress: {from: pod/client, to: pod/app=kubia, port: 8080'

test('the pod itself is seen', passes, `${sourceAddress}}`, {
  objects: [client, far, near],
  exec: servers('0C11AC'),
})
test('also across nodes', passes, `${sourceAddress}, acrossNodes: true}`, {
  objects: [client, far],
  exec: servers('0C11AC'),
})
test(
  'a node is seen instead',
  fails,
  `${sourceAddress}}`,
  {objects: [client, far], exec: () => tcp('0B14000A')},
  /far on master sees nobody/,
)
test(
  'a masquerading node is seen',
  fails,
  `${sourceAddress}}`,
  {objects: [client, far], exec: masquerading()},
  /far on master sees 10\.0\.20\.11/,
)
test(
  'an old connection is no evidence',
  fails,
  `${sourceAddress}}`,
  {objects: [client, far], exec: () => tcp('020C11AC')},
  /far on master sees nobody/,
)
test(
  'no pod across nodes',
  fails,
  `${sourceAddress}, acrossNodes: true}`,
  {objects: [client, near], exec: servers('0C11AC')},
  /none of them is on another node/,
)
test(
  'no answer',
  fails,
  `${sourceAddress}}`,
  {objects: [client, far], exec: (_, line) => (line.startsWith('busybox') ? refused : '')},
  /far on master sees nobody \(curl: \(7\)/,
)

/** A connection of port 8080 as /proc/net/tcp6 has it: the peer's bytes are reversed. */
function tcp(...peers: readonly string[]): string {
  const lines = peers.map(
    (peer, index) =>
      `   ${index}: 0000000000000000FFFF0000030D11AC:1F90 0000000000000000FFFF0000${peer}:${(40000 + index).toString(16).toUpperCase()} 06 00000000:00000000`,
  )
  return ['  sl  local_address remote_address st', ...lines].join('\n')
}

/** Servers that keep a line for every request of 172.17.12.2. */
function servers(network: string): Exec {
  const peers = new Map<string, string[]>()
  return (target, line) => {
    if (line.startsWith('cat')) return tcp(...(peers.get(target) ?? []))
    const server = line.includes('172.17.13.3') ? 'pod/far' : 'pod/near'
    peers.set(server, [...(peers.get(server) ?? []), `02${network}`])
    return 'hello'
  }
}

function masquerading(): Exec {
  const peers: string[] = []
  return (_, line) => {
    if (line.startsWith('cat')) return tcp(...peers)
    peers.push('0B14000A')
    return 'hello'
  }
}
