/*
 * Inside the machine: kube-proxy in ipvs mode on one node, with as many Services as the first argument says and one of each kind, and the real tools. What it ran for
 * one endpoint that goes, what its look at ip_vs says of what it has written itself, and what there is after a hand has emptied ip_vs; printed as JSON.
 */
import {execFileSync} from 'node:child_process'
import type {Run} from '../../src/kernel/kernel.ts'
import {linuxKernel} from '../../src/kernel/linux.ts'
import {nsenterRun} from '../../src/kernel/run.ts'
import {parseNetwork} from '../../src/net/cidr.ts'
import {parseIp} from '../../src/net/ip.ts'
import {defaultProxyConfiguration} from '../../src/node/proxy/configuration.ts'
import {createProxyLoop} from '../../src/node/proxy-loop.ts'
import type {ServiceSpec} from '../../src/objects/service.ts'
import {sampleService, sampleSlice} from '../objects/_samples.ts'

const count = Number(process.argv[2])
const netns = 'one-endpoint'
let ran: string[] = []
const plain = nsenterRun()
const run: Run = question => {
  ran.push(`${question.argv.join(' ')}${question.input === undefined ? '' : `: ${question.input.trimEnd()}`}`)
  return plain(question)
}
const kernel = linuxKernel({run})
await kernel.create(netns)
const ip = (words: string) => execFileSync('ip', ['-n', netns, ...words.split(' ')])
for (const line of [
  'link add eth0 type dummy',
  'address add 10.0.20.11/24 dev eth0',
  'link set eth0 up',
  'link set lo up',
  'route add default via 10.0.20.1',
])
  ip(line)

const kinds: Readonly<Record<string, ServiceSpec>> = {
  sticky: {sessionAffinity: 'ClientIP'},
  open: {type: 'NodePort', ports: [{port: 80, targetPort: 8080, nodePort: 30080}], externalTrafficPolicy: 'Local'},
  outside: {externalIPs: ['203.0.113.9']},
}
const names = [...Array.from({length: count}, (_, at) => `s${at}`), ...Object.keys(kinds)]
const services = names.map((name, at) =>
  sampleService(name, {clusterIP: `10.96.${at >> 7}.${(at & 127) + 2}`, ...kinds[name]}),
)
let slices = names.map(name => sampleSlice(name, ['172.17.12.2', '172.17.13.2']))
const loop = createProxyLoop({
  ...{netns, kernel, log: {info() {}, warn() {}, error() {}} as never},
  node: () => ({nodeName: 'node1', nodeIp: parseIp('10.0.20.11'), addresses: [parseIp('10.0.20.11')]}),
})
const sync = () =>
  loop.sync(services, slices, {
    ...defaultProxyConfiguration,
    ...{mode: 'ipvs' as const, clusterCIDR: parseNetwork('172.17.0.0/16')},
  })
const held = () =>
  ['ipvsadm -Sn', 'ipset save', 'ip -o -4 address show dev kube-ipvs0'].map(words => {
    const text = execFileSync('ip', ['netns', 'exec', netns, ...words.split(' ')], {encoding: 'utf8'})
    return text.split('\n').toSorted().join('\n')
  })
const byHand = (...words: string[]) => execFileSync('ip', ['netns', 'exec', netns, ...words])

await sync()
ran = []
slices = slices.with(1, sampleSlice('s1', ['172.17.12.2']))
await sync()
const forOne = [...ran]
const before = held()
const isFlushedByItself = await loop.isFlushed()
const undone: Record<string, readonly [seen: boolean, isBack: boolean]> = {}
for (const hand of [
  'ipvsadm -C',
  'ipset flush',
  'ip address delete 10.96.0.3/32 dev kube-ipvs0',
  'ip link delete kube-ipvs0',
]) {
  byHand(...hand.split(' '))
  const seen = await loop.isFlushed()
  await sync()
  const after = held()
  undone[hand] = [seen, JSON.stringify(after.map(withoutNumbers)) === JSON.stringify(before.map(withoutNumbers))]
}
process.stdout.write(`${JSON.stringify({forOne, isFlushedByItself, undone})}\n`)

/* A link that is made anew has another number. */
function withoutNumbers(text: string): string {
  return text
    .replaceAll(/^\d+: /gm, '')
    .split('\n')
    .toSorted()
    .join('\n')
}
