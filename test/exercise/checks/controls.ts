import test from 'ava'
import {checks} from '../../../src/exercise/checks/index.ts'
import {rulesetOf} from '../../../src/exercise/rules-difference.ts'
import {printIptablesSave} from '../../../src/kernel/rules/iptables.ts'
import {parseCidr} from '../../../src/net/cidr.ts'
import {flannelRules} from '../../../src/node/overlay/masquerade.ts'
import type {KubeObject} from '../../../src/objects/kube-object.ts'
import {pod, type World} from '../_fake-lab.ts'
import {verdictOf} from './_verdict.ts'

/** A check, a world in which it passes, one that is broken, and what it then says it saw. */
type Control = {readonly check: string; readonly good: World; readonly broken: World; readonly seen: RegExp}

const answering = (text: string): World => ({exec: () => text})
const named = (said: string) => (_target: string, line: string) =>
  line.startsWith('dig')
    ? said
    : 'search default.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n'
const json = (...entries: readonly object[]) => answering(JSON.stringify(entries))
const kubia = [pod('kubia-1', {ip: '172.17.1.2'}), pod('kubia-2', {ip: '172.17.1.3'})]
const client = pod('client', {app: 'client', ip: '172.17.12.2'})
const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {name: 'kubia', namespace: 'default'},
  spec: {clusterIP: '10.98.237.175', selector: {app: 'kubia'}, ports: [{port: 80}]},
} as KubeObject
const endpointsOf = (...names: readonly string[]) =>
  ({
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: {name: 'kubia', namespace: 'default'},
    subsets: [
      {
        addresses: names.map(name => ({
          ip: `172.17.1.${name}`,
          targetRef: {kind: 'Pod', name: `kubia-${Number(name) - 1}`},
        })),
      },
    ],
  }) as KubeObject
const plans = [flannelRules({network: parseCidr('172.17.0.0/16'), subnet: parseCidr('172.17.12.0/24')})]
const written = printIptablesSave(rulesetOf(plans))

/** The negative control of every check: a check that cannot fail is a defect. */
const controls = {
  reaches: {
    check: 'reaches: {from: pod/client, to: "http://10.0.0.1"}',
    good: answering('hello'),
    broken: {exec: () => ({code: 7, stderr: 'curl: (7) Failed to connect'})},
    seen: /Failed to connect/,
  },
  resolves: {
    check: 'resolves: {from: pod/client, name: kubia, expect: 10.98.237.175, queries: 1}',
    good: {exec: named('status: NOERROR\nkubia.default.svc.cluster.local. 30 IN A 10.98.237.175\n')},
    broken: {exec: named('status: NXDOMAIN\n')},
    seen: /^does not exist \(NXDOMAIN\), after 4 queries: kubia\.default\.svc\.cluster\.local\., .*kubia\.$/,
  },
  refuses: {
    check: 'refuses: {from: pod/client, to: "10.0.0.1:80"}',
    good: {dial: () => ({came: 'refused', said: 'ECONNREFUSED', icmp: true})},
    broken: {dial: () => ({came: 'timeout', said: 'no answer'})},
    seen: /^timeout: no answer at all/,
  },
  balances: {
    check: 'balances: {from: pod/client, to: "http://10.0.0.1", pods: app=kubia, requests: 4}',
    good: {objects: kubia, exec: inTurn('kubia-1', 'kubia-2')},
    broken: {objects: kubia, exec: () => "You've hit kubia-1"},
    seen: /kubia-2 0×/,
  },
  shares: {
    check: 'shares: {from: pod/client, to: "http://10.0.0.1", of: {app=kubia: 100}, requests: 50}',
    good: {objects: kubia, exec: inTurn('kubia-1', 'kubia-2')},
    broken: {objects: kubia, exec: inTurn('kubia-1', 'stranger')},
    seen: /app=kubia 25×, none of them 25×/,
  },
  sourceAddress: {
    check: 'sourceAddress: {from: pod/client, to: pod/app=kubia, port: 8080}',
    good: {objects: [client, pod('far')], exec: connectionsFrom('020C11AC')},
    broken: {objects: [client, pod('far')], exec: connectionsFrom('0B14000A')},
    seen: /far on node1 sees 10\.0\.20\.11/,
  },
  latency: {
    check: 'latency: {from: pod/client, to: "10.0.0.1:80", below: 5ms}',
    good: {dial: () => ({milliseconds: 0.5})},
    broken: {dial: () => ({milliseconds: 50.5})},
    seen: /^50\.50 ms \(medians of 3 rounds/,
  },
  mtu: {
    check: 'mtu: {from: pod/client, to: 10.0.0.1, is: 1450}',
    good: pathOf(1450),
    broken: pathOf(1400),
    seen: /^1400 bytes pass, 1401 do not$/,
  },
  reachedOnlyBy: {
    check: 'reachedOnlyBy: {to: pod/app=kubia:8080, by: [pod/client]}',
    good: {
      objects: [...kubia, client, pod('other', {app: 'other', ip: '172.17.12.3'})],
      dial: from => (from === 'pod/client' ? {} : {came: 'timeout', said: 'no answer'}),
    },
    broken: {objects: [...kubia, client, pod('other', {app: 'other', ip: '172.17.12.3'})]},
    seen: /pod\/other → pod\/kubia-1:8080: answered/,
  },
  matrix: {
    check: 'matrix: {table: "from node/master:80 node/node1:80\\npod/client yes no"}',
    good: {dial: (_, {host}) => ({came: host === '10.0.20.11' ? 'answered' : 'timeout'})},
    broken: {dial: () => ({came: 'refused', said: 'ECONNREFUSED'})},
    seen: /pod\/client +✘ no +no\npod\/client → node\/master:80: refused \(ECONNREFUSED\)$/,
  },
  object: {
    check: 'object: {of: endpoints/kubia, path: "subsets[*].addresses[*].ip", count: 2}',
    good: {objects: [endpointsOf('2', '3')]},
    broken: {objects: [endpointsOf('2')]},
    seen: /^172\.17\.1\.2$/,
  },
  pods: {
    check: 'pods: {selector: app=kubia, ready: 2}',
    good: {objects: kubia},
    broken: {objects: kubia.slice(1)},
    seen: /^kubia-2 ready$/,
  },
  endpoints: {
    check: 'endpoints: {of: kubia}',
    good: {objects: [service, ...kubia, endpointsOf('2', '3')]},
    broken: {objects: [service, ...kubia, endpointsOf('2')]},
    seen: /^kubia-1 172\.17\.1\.2$/,
  },
  log: {
    check: 'log: {of: pod/kubia-1, contains: Received request}',
    good: {logs: () => 'Kubia server starting...\nReceived request from ::ffff:172.17.12.2\n'},
    broken: {logs: () => 'Kubia server starting...\n'},
    seen: /^pod\/kubia-1: Kubia server starting\.\.\.$/,
  },
  link: {
    check: 'link: {in: node/node1, dev: flannel.1, up: true, mtu: 1450, type: vxlan}',
    good: json({ifname: 'flannel.1', flags: ['UP', 'LOWER_UP'], mtu: 1450, linkinfo: {info_kind: 'vxlan'}}),
    broken: json({ifname: 'flannel.1', flags: [], mtu: 1500, linkinfo: {info_kind: 'vxlan'}}),
    seen: /^vxlan, down, mtu 1500, no master$/,
  },
  address: {
    check: 'address: {in: node/node1, dev: docker0, is: 172.17.12.1/24}',
    good: json({addr_info: [{family: 'inet', local: '172.17.12.1', prefixlen: 24}]}),
    broken: json({addr_info: [{family: 'inet', local: '172.17.12.1', prefixlen: 16}]}),
    seen: /^172\.17\.12\.1\/16$/,
  },
  route: {
    check: 'route: {in: node/node1, to: 172.17.13.0/24, via: 172.17.13.0, dev: flannel.1}',
    good: json({dst: '172.17.13.0/24', gateway: '172.17.13.0', dev: 'flannel.1', flags: ['onlink']}),
    broken: json(),
    seen: /^there is no route to 172\.17\.13\.0\/24$/,
  },
  neighbour: {
    check: 'neighbour: {in: node/node1, address: 172.17.13.0, mac: "02:42:ac:11:0d:00", dev: flannel.1}',
    good: json({dst: '172.17.13.0', dev: 'flannel.1', lladdr: '02:42:ac:11:0d:00', state: ['PERMANENT']}),
    broken: json({dst: '172.17.13.0', dev: 'flannel.1', state: ['FAILED']}),
    seen: /^172\.17\.13\.0 dev flannel\.1 FAILED$/,
  },
  fdb: {
    check: 'fdb: {in: node/node1, dev: flannel.1, mac: "02:42:ac:11:0d:00", to: 10.0.20.4}',
    good: json({mac: '02:42:ac:11:0d:00', dst: '10.0.20.4', state: 'permanent'}),
    broken: json({mac: '02:42:ac:11:0d:00', dst: '10.0.20.5', state: 'permanent'}),
    seen: /^02:42:ac:11:0d:00 dst 10\.0\.20\.5 permanent$/,
  },
  rule: {
    check: 'rule: {in: node/node1, chain: KUBE-SERVICES, contains: --dport 80}',
    good: answering('*nat\n:KUBE-SERVICES - [0:0]\n-A KUBE-SERVICES -p tcp -m tcp --dport 80 -j X\nCOMMIT\n'),
    broken: answering('*nat\n:KUBE-SERVICES - [0:0]\nCOMMIT\n'),
    seen: /^the chain KUBE-SERVICES is empty$/,
  },
  rulesEqual: {
    check: 'rulesEqual: {in: node/node1, table: nat}',
    good: {rules: plans, exec: () => written},
    broken: {
      rules: plans,
      exec: () => written.replace(/^-A FLANNEL-POSTRTG .* RETURN\n/m, '-A FLANNEL-POSTRTG -j ACCEPT\n'),
    },
    seen: /nat FLANNEL-POSTRTG:\n {2}- -A FLANNEL-POSTRTG .* -j RETURN\n {2}\+ -A FLANNEL-POSTRTG -j ACCEPT$/,
  },
  exec: {
    check: 'exec: {in: node/node1, run: ip route, expect: {contains: flannel.1}}',
    good: answering('172.17.13.0/24 via 172.17.13.0 dev flannel.1 onlink'),
    broken: answering('default via 10.0.20.254 dev eth0'),
    seen: /^code 0\ndefault via/,
  },
} satisfies Record<keyof typeof checks, Control>

test('every check has a negative control', t => {
  t.deepEqual(Object.keys(controls).sort(), Object.keys(checks).sort())
})

/** Nothing can be asked: no program is there, nobody can call, no container is known. */
const blind: World = {
  exec: () => ({code: 127, stderr: 'not found'}),
  dial: () => {
    throw Object.assign(new Error('no calls could be made'), {code: 'EDIAL'})
  },
  logs: () => {
    throw Object.assign(new Error('there is no such pod'), {code: 'refused'})
  },
}

for (const [type, {check, good, broken, seen}] of Object.entries<Control>(controls)) {
  const negated = check.replace(/\}$/, ', not: true}')

  test(`${type} passes where it is so, and its negation fails`, async t => {
    const {pass, ...words} = await verdictOf(check, good)
    t.true(pass, JSON.stringify(words))
    t.like(await verdictOf(negated, good), {pass: false, expected: `not: ${words.expected}`})
  })

  test(`${type} fails where it is not so and says what it saw, and its negation passes`, async t => {
    const verdict = await verdictOf(check, broken)
    t.false(verdict.pass)
    t.regex(verdict.seen, seen)
    t.regex(verdict.command, /^\.\/podlab (exec|get|logs|pingall)/)
    t.true((await verdictOf(negated, broken)).pass)
  })

  if (checks[type as keyof typeof checks].again === 'after a pause')
    test(`${type} neither holds nor does not where nothing can be asked`, async t => {
      t.false((await verdictOf(check, {...good, ...blind})).pass)
      t.false((await verdictOf(negated, {...good, ...blind})).pass)
    })
}

function inTurn(...names: readonly string[]): NonNullable<World['exec']> {
  let asked = 0
  return () => `You've hit ${names[asked++ % names.length]}\n`
}

/** A server's connections on port 8080: one more from that address after each call. */
function connectionsFrom(peer: string): NonNullable<World['exec']> {
  let calls = 0
  return (_, line) => {
    if (!line.startsWith('cat')) calls++
    return Array.from(
      {length: calls},
      (_, index) => `   ${index}: 030D11AC:1F90 ${peer}:${(40_000 + index).toString(16).toUpperCase()} 06 0:0`,
    ).join('\n')
  }
}

/** A way on which packets up to a size pass; larger ones vanish. */
function pathOf(bytes: number): World {
  return {exec: (_, line) => (Number(/-s (\d+)/.exec(line)?.[1]) + 28 <= bytes ? '1 received' : {code: 1})}
}
