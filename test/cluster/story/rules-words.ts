import test from 'ava'
import {rulesWords} from '../../../src/cluster/story/rules-words.ts'
import {planBetween} from '../../../src/kernel/rules/iptables.ts'
import type {RulesPlan} from '../../../src/kernel/ruleset.ts'
import {userspacePlan} from '../../../src/node/proxy/userspace/userspace.ts'
import {endpoint, kubia, planned} from '../../node/proxy/_plan.ts'

const service = {...kubia, name: 'default/web:http', clusterIp: '10.98.0.10' as typeof kubia.clusterIp}
const [one, two] = [endpoint('172.17.12.3', 8080), endpoint('172.17.13.2', 8080)]

/* What kube-proxy writes when the endpoints of default/kubia change, while default/web has one of its own. */
function told(
  steps: readonly (readonly ReturnType<typeof endpoint>[])[],
  interest: {service?: string; address?: string},
) {
  const known = new Set<string>()
  let before: RulesPlan | undefined
  return steps.map(endpoints => {
    const next = planned([
      {...kubia, endpoints},
      {...service, endpoints: [endpoint('172.17.12.9', 80)]},
    ])
    const change = planBetween(before, next)
    before = next
    const services = new Set(interest.service === undefined ? [] : [interest.service])
    const addresses = new Set(interest.address === undefined ? [] : [interest.address])
    return change === undefined ? [] : rulesWords(change, {services, addresses}, known)
  })
}

test("a Service's chains are named, with their endpoints; what is gone is, too", t => {
  t.deepEqual(told([[one, two], [two], [two]], {service: 'default/kubia'}), [
    [
      'wrote KUBE-SVC-XCCRWSFD2BRL7CRI, which draws lots among 2 endpoints',
      'wrote 2 KUBE-SEP chains: to 172.17.12.3:8080, 172.17.13.2:8080',
    ],
    ['wrote KUBE-SVC-XCCRWSFD2BRL7CRI, which draws lots among 1 endpoint', 'removed KUBE-SEP-OAO5ZWEZFCDCCOQO'],
    [],
  ])
})

test('a Service without endpoints is refused by a rule', t => {
  const [, without] = told([[one], []], {service: 'default/kubia'})
  t.true(without?.includes('wrote a rule that refuses: there are no endpoints'))
})

test('of an address only the chain that leads there is told', t => {
  t.deepEqual(told([[one, two]], {address: '172.17.12.3'}), [['wrote KUBE-SEP-OAO5ZWEZFCDCCOQO: to 172.17.12.3:8080']])
})

test('a port with a name belongs to its Service, and what nobody asked for is not told', t => {
  t.regex(String(told([[one]], {service: 'default/web'})), /^wrote KUBE-SVC-\w+, which draws lots among 1 endpoint,/)
  t.deepEqual(told([[one], [two]], {service: 'default/we'}), [[], []])
  t.deepEqual(told([[one]], {address: '172.17.12.30'}), [[]])
})

test('in userspace mode a Service is led to kube-proxy once, whatever others do', t => {
  const known = new Set<string>()
  const interest = {services: new Set(['default/kubia']), addresses: new Set<string>()}
  const sockets = {
    ports: new Map([
      ['default/kubia', 45_000],
      ['default/web:http', 45_001],
    ]),
    refused: new Map(),
  }
  const plans = [[kubia], [kubia, service]].map(ports =>
    userspacePlan(ports, {nodeName: 'node1', proxySockets: sockets}),
  )
  const changes = plans.map((plan, at) => planBetween(plans[at - 1], plan))
  t.deepEqual(
    changes.map(change => change && rulesWords(change, interest, known)),
    [['led default/kubia to its own port 45000'], []],
  )
})
