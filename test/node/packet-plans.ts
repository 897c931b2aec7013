import test from 'ava'
import {applyRulesChange, emptyRuleset, planBetween, planChange} from '../../src/kernel/rules/iptables.ts'
import type {Ruleset} from '../../src/kernel/ruleset.ts'
import {parseIp} from '../../src/net/ip.ts'
import {packetOps} from '../../src/node/packet-plans.ts'
import {iptablesPlan} from '../../src/node/proxy/iptables.ts'
import {nftablesPlan} from '../../src/node/proxy/nftables/nftables.ts'
import type {ServicePort} from '../../src/node/proxy/service-port.ts'
import {kubia, node1} from './proxy/_plan.ts'

function many(count: number): readonly ServicePort[] {
  return Array.from({length: count}, (_, index) => {
    const clusterIp = parseIp(`10.97.${index >> 8}.${index & 255}`)
    return {...kubia, name: `default/s${index}`, clusterIp}
  })
}

function after(ruleset: Ruleset, ops: ReturnType<typeof packetOps>): Ruleset {
  return ops.reduce((rules, op) => (op.op === 'changeRules' ? applyRulesChange(rules, op.change) : rules), ruleset)
}

test('the first rules of a few Services are one change', t => {
  t.is(packetOps([], [iptablesPlan(many(20), node1)]).length, 1)
  t.is(packetOps([], [nftablesPlan(many(20), node1)]).length, 1)
})

test('the first rules of many Services come in steps, and end as one change would', t => {
  const plan = iptablesPlan(many(500), node1)
  const ops = packetOps([], [plan])
  t.true(ops.length > 3)
  const [whole, inSteps] = [planBetween(undefined, plan), after(emptyRuleset, ops)]
  t.deepEqual(inSteps, whole && applyRulesChange(emptyRuleset, whole))
  t.is(planChange(inSteps, plan), undefined)
})

test('until the last step no packet meets a rule', t => {
  const ops = packetOps([], [iptablesPlan(many(500), node1)]).slice(0, -1)
  t.deepEqual(after(emptyRuleset, ops).tables.nat?.PREROUTING?.rules, [])
})

test('a table of many Services comes in steps, whose commands are those of one', t => {
  const plan = nftablesPlan(many(2000), node1)
  const ops = packetOps([], [plan])
  t.true(ops.length > 1)
  const commands = ops.flatMap(op => (op.op === 'changeTable' ? op.change.commands : []))
  t.is(
    commands.filter(command => command.startsWith('add chain ')).length,
    Object.keys(plan.table?.chains ?? {}).length,
  )
})

test('what changes later is one change, however large', t => {
  const [before, next] = [many(500), many(600)]
  t.is(packetOps([iptablesPlan(before, node1)], [iptablesPlan(next, node1)]).length, 1)
  t.is(packetOps([nftablesPlan(before, node1)], [nftablesPlan(next, node1)]).length, 1)
})
