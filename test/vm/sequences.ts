import test from 'ava'
import fc from 'fast-check'
import {printIpSets} from '../../src/kernel/ipset/change.ts'
import {parseIpSets} from '../../src/kernel/ipset/parse.ts'
import {printIpvsTable} from '../../src/kernel/ipvs/change.ts'
import {parseIpvsTable} from '../../src/kernel/ipvs/parse.ts'
import {parseIptablesSave, printIptablesRule} from '../../src/kernel/rules/iptables.ts'
import type {IptablesTable} from '../../src/kernel/ruleset.ts'
import {parseIp} from '../../src/net/ip.ts'
import {iptablesPlans} from '../../src/node/packet-plans.ts'
import {iptables} from '../../src/node/proxy/iptables.ts'
import {ipvs} from '../../src/node/proxy/ipvs/ipvs.ts'
import type {ProxyContext} from '../../src/node/proxy/proxy-mode.ts'
import {node1 as bare} from '../node/proxy/_plan.ts'
import {servicePortLists} from '../node/proxy/_random.ts'
import {play, whyNoMachine} from './_machine.ts'
import {type Having, having, nothing, preamble, stepIn} from './_script.ts'

/* Random Services, now in ipvs mode and now in iptables mode, one after the other in one namespace: after each step the kernel holds that step's plan. */
const context: ProxyContext = {
  ...bare,
  nodeIp: parseIp('10.0.20.11'),
  addresses: ['10.0.20.11', '172.17.12.1', '127.0.0.1'].map(parseIp),
}
const seed = Date.now() % 1_000_000
const drawn = fc.sample(fc.tuple(fc.boolean(), servicePortLists), {numRuns: 12, seed})
const steps: readonly Having[] = [
  ...drawn.map(([isOther, ports]) => having((isOther ? iptables : ipvs).plan(ports, context))),
  having(iptables.plan([], context)),
]

const script = `${preamble}
ip netns add r; ip netns exec r ipvsadm -Ln > /dev/null; ip netns exec r ipset list -n; ip netns exec r iptables -nL > /dev/null
${steps
  .map(
    (step, at) => `echo '@@ step ${at}'
${stepIn('r', steps[at - 1] ?? nothing, step)}
echo '@@ servers ${at}'; ip netns exec r ipvsadm -Sn; echo '@@ sets ${at}'; ip netns exec r ipset save
echo '@@ rules ${at}'; ip netns exec r iptables-save
echo '@@ addresses ${at}'; ip -n r -o -4 addr show dev kube-ipvs0 2>/dev/null | grep -o 'inet [^ ]*'`,
  )
  .join('\n')}
echo '@@ end'
`

function rulesOf(plans: ReturnType<typeof iptablesPlans>): readonly string[] {
  return plans.flatMap(({tables}) =>
    (Object.keys(tables) as IptablesTable[]).flatMap(table =>
      Object.entries(tables[table]?.chains ?? {}).flatMap(([chain, rules]) =>
        rules.map(rule => `${table} ${printIptablesRule(chain, rule)}`),
      ),
    ),
  )
}

function rulesIn(saved: string): readonly string[] {
  const {tables} = parseIptablesSave(saved)
  return (Object.keys(tables) as IptablesTable[]).flatMap(table =>
    Object.entries(tables[table] ?? {}).flatMap(([chain, {rules}]) =>
      chain.startsWith('KUBE-') ? rules.map(rule => `${table} ${printIptablesRule(chain, rule)}`) : [],
    ),
  )
}

const why = await whyNoMachine()
if (why === undefined)
  test(`whatever came before, the kernel holds what is planned (seed ${seed})`, async t => {
    t.timeout(900_000)
    const played = await play(script)
    const section = (name: string) => played.get(name) ?? 'no such section'
    const lines = (text: string) => text.trimEnd().split('\n').toSorted()
    for (const [at, {state, rules}] of steps.entries()) {
      const table = rules.find(plan => plan.backend === 'ipvs')?.table ?? {}
      const sets = rules.find(plan => plan.backend === 'ipset')?.sets ?? {}
      t.is(section(`step ${at}`), '', `step ${at}: nothing was refused`)
      t.deepEqual(lines(printIpvsTable(parseIpvsTable(section(`servers ${at}`)))), lines(printIpvsTable(table)))
      t.is(printIpSets(parseIpSets(section(`sets ${at}`))), printIpSets(sets))
      t.deepEqual(rulesIn(section(`rules ${at}`)).toSorted(), rulesOf(iptablesPlans(rules)).toSorted())
      const addresses = state.addresses.map(({address}) => `inet ${address}`)
      t.deepEqual(lines(section(`addresses ${at}`)), addresses.length === 0 ? [''] : addresses.toSorted())
    }
  })
else test.skip(`random Services in ipvs mode, in a machine with Debian's kernel: ${why}`, () => undefined)
