import {execFileSync, spawnSync} from 'node:child_process'
import test, {type ExecutionContext} from 'ava'
import fc from 'fast-check'
import {
  applyRulesChange,
  emptyRuleset,
  parseIptablesSave,
  planChange,
  printIptablesSave,
  printRulesChange,
  splitChange,
} from '../../src/kernel/rules/iptables.ts'
import {freshTable} from '../../src/kernel/rules/tables.ts'
import type {IptablesRuleset, RulesPlan} from '../../src/kernel/ruleset.ts'
import {parseNetwork} from '../../src/net/cidr.ts'
import {parseIp} from '../../src/net/ip.ts'
import {flannelRules} from '../../src/node/overlay/masquerade.ts'
import {iptablesPlan} from '../../src/node/proxy/iptables.ts'
import type {ServicePort} from '../../src/node/proxy/service-port.ts'
import {kernelRules} from '../contract/rules.ts'

/**
 * One network namespace without any link, one iptables:
 *
 *   printIptablesSave ──▶ iptables-restore ──▶ kernel ──▶ iptables-save ──▶ the same text
 */
const sandbox = ['unshare', '--net', '--mount', '--uts', '--ipc', '--pid', '--fork', '--kill-child']
const rootless = ['unshare', '--user', '--map-root-user', ...sandbox.slice(1)]
const asNobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups']
const isRoot = process.getuid?.() === 0

const ways: Readonly<Record<string, readonly string[]>> = isRoot
  ? {root: sandbox, 'an ordinary user': [...asNobody, ...rootless]}
  : {'an ordinary user': rootless}

/** A private /run, so that the lock file of iptables-legacy can be made without being the host's. */
const prepared = 'mount --make-rprivate / && mount -t tmpfs tmpfs /run && '

function inSandbox(way: readonly string[], script: string, input: string): string {
  const [command = '', ...arguments_] = [...way, 'sh', '-c', prepared + script]
  return execFileSync(command, arguments_, {input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe']})
}

function whyNot(way: readonly string[], tool: string): string | undefined {
  const [command = '', ...arguments_] = [...way, 'sh', '-c', `${prepared}${tool}-save`]
  const {status, stderr, error} = spawnSync(command, arguments_, {encoding: 'utf8'})
  return status === 0 ? undefined : (error?.message ?? stderr.trim())
}

/** A hundred random rules of the one table that takes them all, always the same, and a chain that they may jump to. */
const random: IptablesRuleset = {
  backend: 'iptables',
  tables: {
    filter: {
      ...freshTable('filter'),
      'KUBE-MARK-MASQ': {rules: []},
      TEST: {rules: fc.sample(kernelRules(), {seed: 1, numRuns: 100})},
    },
  },
}

/** One line for each rule that only one table takes. */
const special = `*filter
:INPUT ACCEPT [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:TEST - [0:0]
-A FORWARD -m comment --comment "kubernetes forwarding rules" -j TEST
-A TEST -d 10.0.0.1/32 -p tcp -m comment --comment "default/x has no endpoints" -m tcp --dport 80 -j REJECT --reject-with icmp-port-unreachable
-A TEST -d 127.0.0.0/8 -m comment --comment "block incoming localnet connections" -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:TEST - [0:0]
-A TEST -m mark ! --mark 0x4000/0x4000 -j RETURN
-A TEST -j MARK --set-xmark 0x4000/0x0
-A TEST -j MASQUERADE
-A TEST -m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE --random-fully
-A TEST -p tcp -m comment --comment "default/kubia" -m recent --set --name X --mask 255.255.255.255 --rsource -m tcp -j DNAT --to-destination 172.17.0.2:8080
-A TEST -m physdev ! --physdev-is-in -j ACCEPT
-A TEST -d 10.96.1.15/32 -p sctp -m comment --comment "default/sctp cluster IP" -m sctp --dport 80 -j ACCEPT
-A TEST -p sctp -m comment --comment "default/sctp" -m sctp -j DNAT --to-destination 172.17.0.2:8080
-A TEST -m physdev ! --physdev-is-in -m addrtype ! --src-type LOCAL -j ACCEPT
-A TEST -j MARK --set-xmark 0x8000/0x8000
-A TEST -p tcp -j REDIRECT --to-ports 52244
-A TEST -p tcp -j REDIRECT
-A TEST -j SNAT --to-source 10.0.20.4
COMMIT
`

for (const [user, way] of Object.entries(ways))
  for (const tool of ['iptables', 'iptables-legacy'])
    testIn(way, tool, `as ${user}, ${tool}-save prints what printIptablesSave prints`, t => {
      for (const text of [special, printIptablesSave(random)]) {
        const saved = inSandbox(way, `${tool}-restore && ${tool}-save`, text)
        t.is(withoutComments(saved), withoutComments(text))
        t.is(printIptablesSave(parseIptablesSave(saved)), text)
      }
    })

/** More rules than Linux takes in one message from an ordinary user. */
const large: RulesPlan = {
  backend: 'iptables',
  owner: 'test',
  prefixes: ['TEST'],
  tables: {
    filter: {
      chains: {'TEST-A': fc.sample(kernelRules(), {seed: 2, numRuns: 400}), 'KUBE-MARK-MASQ': []},
      jumps: [{chain: 'FORWARD', rule: {matches: [], target: {target: 'jump', chain: 'TEST-A'}}, at: 'top'}],
    },
  },
}

for (const [user, way] of Object.entries(ways))
  testIn(way, 'iptables', `as ${user}, a large plan is loaded in small steps`, t => {
    const change = planChange(emptyRuleset, large)
    const steps = change === undefined ? [] : splitChange(change, 80)
    const input = steps.map(printRulesChange).join('')
    const saved = parseIptablesSave(inSandbox(way, 'iptables-restore --noflush && iptables-save', input))
    t.is(planChange(saved, large), undefined)
  })

/** What a node of 60 services in a cluster of two has: kube-proxy's rules and flannel's. */
function nodePlans(): readonly RulesPlan[] {
  const ports = Array.from({length: 60}, (_, index) => servicePort(index))
  const network = parseNetwork('172.17.0.0/16')
  const proxy = iptablesPlan(ports, {nodeName: 'node1', clusterCidr: network})
  return [proxy, flannelRules({network, subnet: parseNetwork('172.17.12.0/24')})]
}

/** Every third without endpoints, every second with session affinity, every fifth with a node port. */
function servicePort(index: number): ServicePort {
  const endpoints = [2, 3, 4].map(host => ({ip: parseIp(`172.17.12.${host}`), port: 8080, ready: index % 3 > 0}))
  return {
    name: `default/service-${index}:http`,
    protocol: 'tcp',
    clusterIp: parseIp(`10.96.1.${index}`),
    port: 80,
    internalTrafficPolicy: 'Cluster',
    ...(index % 2 === 0 ? {affinitySeconds: 10800} : {}),
    ...(index % 5 === 0 ? {nodePort: 30000 + index, externalTrafficPolicy: index % 2 === 0 ? 'Local' : 'Cluster'} : {}),
    endpoints,
  }
}

for (const [user, way] of Object.entries(ways))
  testIn(way, 'iptables', `as ${user}, the kernel gives back the rules of a node as they were planned`, t => {
    const changes = nodePlans().flatMap(plan => planChange(emptyRuleset, plan) ?? [])
    const input = changes
      .flatMap(change => splitChange(change))
      .map(printRulesChange)
      .join('')
    const saved = inSandbox(way, 'iptables-restore --noflush && iptables-save', input)
    t.is(saved.replace(/^#.*\n/gm, ''), printIptablesSave(changes.reduce(applyRulesChange, emptyRuleset)))
    for (const plan of nodePlans()) t.is(planChange(parseIptablesSave(saved), plan), undefined)
  })

/** Tables sorted, for iptables-legacy prints them in another order. */
function withoutComments(text: string): string {
  return text
    .split(/(?<=^COMMIT\n)/m)
    .map(table => table.replace(/^#.*\n/gm, '').replace(/\[\d+:\d+\]/g, '[0:0]'))
    .filter(table => table !== '')
    .sort()
    .join('')
}

function testIn(way: readonly string[], tool: string, title: string, run: (t: ExecutionContext) => void): void {
  const reason = whyNot(way, tool)
  if (reason === undefined) test(title, run)
  else test.skip(`${title} (skipped: ${reason})`, run)
}
