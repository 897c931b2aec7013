import test from 'ava'
import fc from 'fast-check'
import {
  applyRulesChange,
  emptyRuleset,
  planBetween,
  planChange,
  printIptablesSave,
  splitChange,
} from '../../../src/kernel/rules/iptables.ts'
import type {RulesChange, Ruleset, RulesPlan} from '../../../src/kernel/ruleset.ts'
import {parseCidr} from '../../../src/net/cidr.ts'
import {ipOf, parseIp} from '../../../src/net/ip.ts'
import {type ProfileName, profileNames} from '../../../src/node/proxy/configuration.ts'
import {iptablesPlan} from '../../../src/node/proxy/iptables.ts'
import type {Endpoint, ServicePort} from '../../../src/node/proxy/service-port.ts'

const endpoint: fc.Arbitrary<Endpoint> = fc.record({
  ip: fc.integer({min: 0xac110c02, max: 0xac110c06}).map(ipOf),
  port: fc.constantFrom(80, 8080),
  ready: fc.boolean(),
  nodeName: fc.constantFrom('node1', 'master'),
})

const servicePort: fc.Arbitrary<ServicePort> = fc
  .record({
    name: fc.constantFrom('default/a', 'default/b:http', 'default/b:dns', 'kube-system/c'),
    protocol: fc.constantFrom('tcp', 'udp', 'sctp'),
    port: fc.constantFrom(53, 80),
    internalTrafficPolicy: fc.constantFrom('Cluster', 'Local'),
    affinity: fc.constantFrom({}, {affinitySeconds: 60}),
    endpoints: fc.uniqueArray(endpoint, {maxLength: 4, selector: ({ip, port}) => `${ip}:${port}`}),
  })
  .map(({affinity, ...port}) => ({...port, ...affinity, clusterIp: parseIp('10.96.0.10')}))

const plansOf = (profile: ProfileName): fc.Arbitrary<RulesPlan> =>
  fc
    .uniqueArray(servicePort, {maxLength: 4, selector: ({name, protocol}) => `${name} ${protocol}`})
    .map(ports => iptablesPlan(ports, {nodeName: 'node1', clusterCidr: parseCidr('172.17.0.0/16'), profile}))

const chains = (ruleset: Ruleset) => printIptablesSave(ruleset).match(/^[*:].*$/gm)

const settle = (ruleset: Ruleset, change: RulesChange | undefined) =>
  change === undefined ? ruleset : splitChange(change, 10).reduce(applyRulesChange, ruleset)

for (const profile of profileNames) {
  const plans = plansOf(profile)

  test(`${profile}: any sequence of Services ends in the rules that the last of them alone would make`, t => {
    fc.assert(
      fc.property(fc.array(plans, {minLength: 1, maxLength: 4}), sequence => {
        let ruleset: Ruleset = emptyRuleset
        let previous: RulesPlan | undefined
        for (const plan of sequence) {
          ruleset = settle(ruleset, planBetween(previous, plan))
          t.is(planChange(ruleset, plan), undefined)
          previous = plan
        }
        t.is(
          printIptablesSave(ruleset),
          printIptablesSave(settle(emptyRuleset, planBetween(undefined, previous as RulesPlan))),
        )
      }),
    )
  })

  test(`${profile}: a full sync repairs whatever another sequence has left`, t => {
    fc.assert(
      fc.property(plans, plans, (left, wanted) => {
        const ruleset = settle(emptyRuleset, planBetween(undefined, left))
        const repaired = settle(ruleset, planChange(ruleset, wanted))
        t.is(printIptablesSave(repaired), printIptablesSave(settle(emptyRuleset, planBetween(undefined, wanted))))
      }),
    )
  })
}

test('from the rules of one version to those of another: no chain of the first is left', t => {
  const both = fc.constantFrom(...profileNames).chain(profile => plansOf(profile))
  fc.assert(
    fc.property(both, both, (first, second) => {
      const before = settle(emptyRuleset, planBetween(undefined, first))
      const fresh = chains(settle(emptyRuleset, planBetween(undefined, second)))
      const sorted = (ruleset: Ruleset) => chains(ruleset)?.toSorted()
      t.deepEqual(sorted(settle(before, planBetween(first, second))), fresh?.toSorted())
      t.deepEqual(sorted(settle(before, planChange(before, second))), fresh?.toSorted())
    }),
  )
})
