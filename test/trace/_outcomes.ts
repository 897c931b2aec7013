import {familyOf} from '../../src/net/ip.ts'
import {parseAnyIp} from '../../src/net/ip6.ts'
import type {Outcome} from '../../src/trace/outcome.ts'
import {trace} from '../../src/trace/trace.ts'
import type {World} from '../../src/trace/world.ts'
import {addressOf, type Caller, type Target} from './_calls.ts'
import {podAddressesIn} from './_cluster.ts'
import type {Expectation} from './_model.ts'
import type {TableService} from './_services.ts'

/** What planned rules make of a call, in the words of the model. */
export function outcomeOf(
  world: World,
  service: TableService,
  {from, to}: {from: Caller; to: Target},
): Expectation | string {
  const {ip, port} = addressOf(service, to, podAddressesIn(familyOf(service.clusterIp)))
  const machine = from === 'laptop' ? from : 'pod' in from ? from.pod : from.node
  const protocol = service.udp && !(typeof to === 'object' && 'endpoint' in to) ? 'udp' : 'tcp'
  return inShort(trace(world, {from: machine, protocol, destination: parseAnyIp(ip), port}))
}

function inShort(outcomes: readonly Outcome[]): Expectation | string {
  const whole = outcomes.reduce((sum, {probability}) => sum + probability, 0)
  if (Math.abs(whole - 1) > 1e-6) return `the probabilities add up to ${whole}`
  const [first] = outcomes
  if (first === undefined) return 'nothing comes of it'
  if (outcomes.every(one => one.outcome === 'delivered')) {
    const uneven = outcomes.find(({probability}) => Math.abs(probability - 1 / outcomes.length) > 1e-6)
    if (uneven) return `${uneven.at} is drawn with ${uneven.probability}`
    return {answers: Object.fromEntries(outcomes.map(one => [one.at, one.outcome === 'delivered' ? one.source : '']))}
  }
  if (outcomes.every(one => one.outcome === 'dropped')) return 'silence'
  if (outcomes.length > 1) return `one of ${outcomes.map(({outcome}) => outcome)}`
  return {refused: first.outcome as 'rejected'}
}
