import test from 'ava'
import fc from 'fast-check'
import {nftStepsFromNothing} from '../../../src/kernel/nftables/first-steps.ts'
import {
  applyRulesChange,
  emptyRuleset,
  planBetween,
  planChange,
  printIptablesSave,
  stepsFromNothing,
} from '../../../src/kernel/rules/iptables.ts'
import type {Ruleset, RulesPlan} from '../../../src/kernel/ruleset.ts'
import {parseIp} from '../../../src/net/ip.ts'
import {profileNames} from '../../../src/node/proxy/configuration.ts'
import {iptablesPlan} from '../../../src/node/proxy/iptables.ts'
import {nftablesPlan} from '../../../src/node/proxy/nftables/nftables.ts'
import type {ServicePort} from '../../../src/node/proxy/service-port.ts'
import {kubia, node1} from './_plan.ts'
import {servicePortLists} from './_random.ts'

/** The rules after each step; what the kernel would refuse, a jump to a chain that is not there, throws. */
function afterEach(plan: RulesPlan, limit: number): readonly Ruleset[] {
  const after: Ruleset[] = [emptyRuleset]
  for (const change of stepsFromNothing(plan, limit))
    if (change) after.push(applyRulesChange(after.at(-1) as Ruleset, change))
  return after
}

function atOnce(plan: RulesPlan): Ruleset {
  const change = planBetween(undefined, plan)
  return change === undefined ? emptyRuleset : applyRulesChange(emptyRuleset, change)
}

for (const profile of profileNames) {
  test(`${profile}: the first rules in steps of any size are those of one change`, t => {
    fc.assert(
      fc.property(servicePortLists, fc.integer({min: 1, max: 60}), (ports, limit) => {
        const plan = iptablesPlan(ports, {...node1, profile})
        const last = afterEach(plan, limit).at(-1) as Ruleset
        t.is(printIptablesSave(last), printIptablesSave(atOnce(plan)))
        t.is(planChange(last, plan), undefined)
      }),
    )
  })

  test(`${profile}: no packet for a cluster IP meets a rule until all are there`, t => {
    fc.assert(
      fc.property(servicePortLists, fc.integer({min: 1, max: 60}), (ports, limit) => {
        const plan = iptablesPlan(ports, {...node1, profile})
        const [last, ...before] = afterEach(plan, limit).toReversed()
        const chainsIn = (rules: Ruleset | undefined) => Object.keys(rules?.tables.nat ?? {}).length
        for (const rules of before)
          if ((rules.tables.nat?.OUTPUT?.rules.length ?? 0) > 0) t.is(chainsIn(rules), chainsIn(last))
      }),
    )
  })
}

/** Services that tell when they are looked at more closely than to count them. */
function watched(count: number) {
  const seen = new Set<number>()
  const ports = Array.from({length: count}, (_, at): ServicePort => {
    const port = {...kubia, clusterIp: parseIp(`10.97.${at >> 8}.${at & 255}`)}
    return Object.defineProperty(port, 'name', {
      enumerable: true,
      get: () => {
        seen.add(at)
        return `default/s${at}`
      },
    })
  })
  return {ports, seen}
}

test('the first step of iptables mode is there when few of two thousand Services are planned', t => {
  const {ports, seen} = watched(2000)
  const steps = stepsFromNothing(iptablesPlan(ports, node1), 1000)
  t.truthy(steps.find(step => step !== undefined))
  t.true(seen.size < 300, `${seen.size} are planned`)
})

test('the first step of nftables mode is there when few of two thousand Services are planned', t => {
  const {ports, seen} = watched(2000)
  const steps = nftStepsFromNothing(nftablesPlan(ports, node1), 500_000)
  t.truthy(steps.find(step => step !== undefined))
  t.true(seen.size < 300, `${seen.size} are planned`)
})

test('there is a pause after every few Services', t => {
  for (const steps of [
    stepsFromNothing(iptablesPlan(watched(500).ports, node1), 1000),
    nftStepsFromNothing(nftablesPlan(watched(500).ports, node1), 500_000),
  ])
    t.is([...steps].filter(step => step === undefined).length, Math.floor(500 / 16))
})
