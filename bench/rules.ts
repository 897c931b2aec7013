/**
 * What kube-proxy's iptables plan costs, without a kernel: `node bench/rules.ts`.
 *
 * For so many Services with three endpoints each: to plan all rules, to print the first load, to compare a settled kernel with the
 * plan, and to go from one plan to the next when one Service loses an endpoint (plan again, find the difference, print it). Medians, in ms; per Service in µs, which stays
 * the same when the cost is linear.
 */
import {
  applyRulesChange,
  emptyRuleset,
  parseIptablesSave,
  planBetween,
  planChange,
  printIptablesSave,
  printRulesChange,
} from '../src/kernel/rules/iptables.ts'
import type {RulesChange, Ruleset, RulesPlan} from '../src/kernel/ruleset.ts'
import {nth, parseNetwork} from '../src/net/cidr.ts'
import {iptablesPlan} from '../src/node/proxy/iptables.ts'
import type {ServicePort} from '../src/node/proxy/service-port.ts'

const podNetwork = parseNetwork('10.244.0.0/16')
const serviceRange = parseNetwork('10.96.0.0/12')
const repeats = 9

const rows = [100, 1000, 3000].map(count => {
  const ports = Array.from({length: count}, (_, index) => servicePort(index))
  const changed = ports.with(count >> 1, withoutLastEndpoint(ports[count >> 1]))
  const plan = planOf(ports)
  const settled = applied(planBetween(undefined, plan))
  const steps = {
    plan: median(() => planOf(ports.map(port => ({...port})))), // others than before: nothing of them is remembered
    'print all': median(() => printed(planBetween(undefined, plan))),
    'full sync': median(() => planChange(settled, plan)),
    'one changes': median(() => printed(planBetween(plan, planOf(changed)))),
  }
  const sent = printed(planBetween(plan, planOf(changed))).split('\n').length
  return {services: count, ...timesOf(steps, count), 'lines sent for one': sent}
})

console.table(rows)

function timesOf(steps: Readonly<Record<string, number>>, count: number): Record<string, string> {
  const cells = Object.entries(steps).map(([name, ms]) => [
    name,
    `${ms.toFixed(1)} ms (${((ms * 1000) / count).toFixed(1)} µs)`,
  ])
  return Object.fromEntries(cells)
}

function planOf(ports: readonly ServicePort[]): RulesPlan {
  return iptablesPlan(ports, {nodeName: 'node1', clusterCidr: podNetwork})
}

/** The rules after the change, as they are read back from the kernel. */
function applied(change: RulesChange | undefined): Ruleset {
  if (change === undefined) return emptyRuleset
  return parseIptablesSave(printIptablesSave(applyRulesChange(emptyRuleset, change)))
}

function printed(change: RulesChange | undefined): string {
  return change === undefined ? '' : printRulesChange(change)
}

function servicePort(index: number): ServicePort {
  return {
    name: `default/service-${index}:http`,
    protocol: 'tcp',
    clusterIp: nth(serviceRange, index + 10),
    port: 80,
    internalTrafficPolicy: 'Cluster',
    endpoints: [0, 1, 2].map(number => ({ip: nth(podNetwork, index * 3 + number + 2), port: 8080, ready: true})),
  }
}

function withoutLastEndpoint(port: ServicePort | undefined): ServicePort {
  if (port === undefined) throw new Error('there is no such service')
  return {...port, endpoints: port.endpoints.slice(0, -1)}
}

function median(work: () => unknown): number {
  const times = Array.from({length: repeats}, () => {
    const start = performance.now()
    work()
    return performance.now() - start
  })
  return times.sort((a, b) => a - b)[repeats >> 1] ?? 0
}
