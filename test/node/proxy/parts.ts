import test from 'ava'
import fc from 'fast-check'
import {nftChangeBetween} from '../../../src/kernel/nftables/change.ts'
import type {NftPlan} from '../../../src/kernel/nftables/table.ts'
import {differenceOf} from '../../../src/kernel/parts.ts'
import {print} from '../../../src/kernel/print.ts'
import {planBetween, printRulesChange} from '../../../src/kernel/rules/iptables.ts'
import type {RulesChange, RulesPlan} from '../../../src/kernel/ruleset.ts'
import {keepingLeavers, leaversIn, serversIn, withoutLeavers} from '../../../src/node/leaving-servers.ts'
import {type PacketOp, packetOps} from '../../../src/node/packet-plans.ts'
import type {PacketPlan} from '../../../src/node/plan.ts'
import {iptablesPlan} from '../../../src/node/proxy/iptables.ts'
import {ipvsPlans} from '../../../src/node/proxy/ipvs/ipvs.ts'
import {planned} from '../../../src/node/proxy/ipvs/planned.ts'
import {nftablesPlan} from '../../../src/node/proxy/nftables/nftables.ts'
import type {ProxyContext} from '../../../src/node/proxy/proxy-mode.ts'
import {servicePorts} from '../../../src/node/proxy/service-port.ts'
import type {EndpointSlice} from '../../../src/objects/endpoint-slice.ts'
import type {Service, ServiceSpec} from '../../../src/objects/service.ts'
import {sampleService, sampleSlice} from '../../objects/_samples.ts'
import {linesOf, node1} from './_plan.ts'

type Objects = readonly [services: readonly Service[], slices: readonly EndpointSlice[]]

/* Some claim the same node port or address, which the API would refuse: the first by name has it. */
const specs = fc.constantFrom<ServiceSpec>(
  {},
  {type: 'NodePort', ports: [{port: 80, targetPort: 8080, nodePort: 30080}]},
  {type: 'NodePort', ports: [{port: 80, targetPort: 8080, nodePort: 30080}], externalTrafficPolicy: 'Local'},
  {externalIPs: ['10.0.20.99']},
  {internalTrafficPolicy: 'Local'},
  {sessionAffinity: 'ClientIP'},
)
const names = ['a', 'b', 'c', 'd']
const ips = fc.subarray(['172.17.12.2', '172.17.12.3', '172.17.13.2', '172.17.13.3'])
const change = fc.record({
  name: fc.constantFrom(...names),
  to: fc.oneof(
    {weight: 5, arbitrary: ips.map(endpoints => ({endpoints}))},
    {weight: 2, arbitrary: specs.map(spec => ({spec}))},
    {weight: 1, arbitrary: fc.constantFrom({gone: 'service'} as const, {gone: 'slice'} as const)},
    {weight: 1, arbitrary: fc.constantFrom(...names).map(owner => ({owner}))},
  ),
})

/** All that a sequence of changes makes of Services, one after the other; what a change does not name are the same objects. */
const histories = fc.array(change, {minLength: 1, maxLength: 10}).map(changes => {
  const services = new Map<string, Service>()
  const slices = new Map<string, EndpointSlice>()
  return changes.map(({name, to}): Objects => {
    const clusterIP = `10.96.0.${names.indexOf(name) + 2}`
    if ('gone' in to) (to.gone === 'service' ? services : slices).delete(name)
    else if ('owner' in to) slices.set(name, sampleSlice(to.owner, ['172.17.12.9'], {name: `${name}-x`}))
    else if ('spec' in to) services.set(name, sampleService(name, {clusterIP, ...to.spec}))
    else {
      if (!services.has(name)) services.set(name, sampleService(name, {clusterIP}))
      slices.set(name, sampleSlice(name, to.endpoints.map(located)))
    }
    return [[...services.values()], [...slices.values()]]
  })
})

function located(ip: string) {
  return {addresses: [ip], nodeName: ip.startsWith('172.17.12.') ? 'node1' : 'master'}
}

function textOf(change: RulesChange | undefined): string {
  return change === undefined ? '' : printRulesChange(change)
}

const contexts = fc.constantFrom<ProxyContext>(node1, {...node1, masqueradeAll: true}, {...node1, nodeName: 'master'})

test('ports by small steps are those of the same Services told at once', t => {
  fc.assert(
    fc.property(histories, history => {
      const stepped = history.map(objects => servicePorts(...objects))
      t.deepEqual(
        stepped,
        history.map(objects => servicePorts(...(structuredClone(objects) as Objects))),
      )
    }),
  )
})

test('plans by small steps are those of the same Services told at once', t => {
  fc.assert(
    fc.property(histories, contexts, (history, context) => {
      const stepped = history.map(objects => {
        const ports = servicePorts(...objects)
        return [linesOf('', iptablesPlan(ports, context)), nftablesPlan(ports, context), ipvsPlans(ports, context)]
      })
      const atOnce = history.map(objects => {
        const ports = servicePorts(...(structuredClone(objects) as Objects))
        return [linesOf('', iptablesPlan(ports, context)), nftablesPlan(ports, context), ipvsPlans(ports, context)]
      })
      t.deepEqual(stepped, atOnce)
    }),
  )
})

test('the way between two iptables plans is that between the same plans without parts', t => {
  fc.assert(
    fc.property(histories, contexts, (history, context) => {
      const plans = [undefined, ...history.map(objects => iptablesPlan(servicePorts(...objects), context))]
      const plain = structuredClone(plans) as (RulesPlan | undefined)[]
      for (const [at, plan] of plans.entries())
        if (plan)
          t.is(textOf(planBetween(plans[at - 1], plan)), textOf(planBetween(plain[at - 1], plain[at] as RulesPlan)))
    }),
  )
})

test('the way between two nftables plans is that between the same plans without parts', t => {
  fc.assert(
    fc.property(histories, contexts, (history, context) => {
      const plans = [undefined, ...history.map(objects => nftablesPlan(servicePorts(...objects), context))]
      const plain = structuredClone(plans) as (NftPlan | undefined)[]
      for (const [at, plan] of plans.entries())
        if (plan)
          t.deepEqual(nftChangeBetween(plans[at - 1], plan), nftChangeBetween(plain[at - 1], plain[at] as NftPlan))
    }),
  )
})

test('the way between two plans of ipvs mode is that between the same plans without parts, whoever is leaving', t => {
  fc.assert(
    fc.property(histories, contexts, fc.array(fc.boolean(), {minLength: 10}), (history, context, ends) => {
      const wanted = history.map(objects => ipvsPlans(servicePorts(...objects), context))
      const bare = structuredClone(wanted) as typeof wanted
      let before: readonly PacketPlan[] = []
      let plain = before
      for (const [at, plans] of wanted.entries()) {
        const next = keepingLeavers(serversIn(before), plans)
        const table = withoutParts(keepingLeavers(serversIn(plain), bare[at] as PacketPlan[]))
        t.deepEqual(serversIn(next)?.table, serversIn(table)?.table)
        t.deepEqual(textsOf(packetOps(before, next)), textsOf(packetOps(plain, table)))
        const counted = Object.fromEntries(leaversIn(next).map(key => [key, {}]))
        before = (ends[at] && withoutLeavers(next, counted)) || next
        plain = withoutParts(before)
      }
    }),
  )
})

/* The order in which virtual servers go does not matter. */
function textsOf(ops: readonly PacketOp[]): readonly string[] {
  return ops.map(op => (op.op === 'changeServers' ? [...op.change.commands].sort().join('\n') : print(op).line))
}

function withoutParts(plans: readonly PacketPlan[]): readonly PacketPlan[] {
  return structuredClone(plans) as readonly PacketPlan[]
}

test('in ipvs mode what an endpoint does not concern is the very same, and not looked into', t => {
  fc.assert(
    fc.property(fc.integer({min: 2, max: 60}), fc.nat(), (count, chosen) => {
      const names = Array.from({length: count}, (_, at) => `s${at}`)
      const services = names.map((name, at) => sampleService(name, {clusterIP: `10.96.1.${at + 2}`}))
      const slices = names.map(name => sampleSlice(name, ['172.17.13.2', '172.17.13.3']))
      const at = chosen % count
      const fewer = slices.with(at, sampleSlice(names[at] as string, ['172.17.13.2']))
      const [before, after] = [slices, fewer].map(all => planned(servicePorts(services, all), node1))
      t.is(before?.sets, after?.sets)
      t.is(before?.rules, after?.rules)
      t.is(before?.addresses, after?.addresses)
      t.deepEqual(
        [after?.servers.filter(one => !before?.servers.includes(one)).length, after?.servers.length],
        [1, count],
      )
    }),
    {numRuns: 20},
  )
})

test('an entry stays in its set as long as any Service puts it there', t => {
  const services = ['a', 'b'].map((name, at) => sampleService(name, {clusterIP: `10.96.0.${at + 2}`}))
  const here = {addresses: ['172.17.12.2'], nodeName: 'node1'}
  const sliceOf = (name: string, has: boolean) => sampleSlice(name, has ? [here] : [])
  const entries = (...has: [boolean, boolean]) => {
    const slices = [sliceOf('a', has[0]), sliceOf('b', has[1])]
    return planned(servicePorts(services, slices), node1).sets['KUBE-LOOP-BACK']?.entries
  }
  const entry = '172.17.12.2,tcp:8080,172.17.12.2'
  t.deepEqual(entries(true, true), [entry])
  t.deepEqual(entries(false, true), [entry])
  t.deepEqual(entries(true, false), [entry])
  t.deepEqual(entries(false, false), [])
})

test('a plan for another node or mode is no step from parts that it does not share', t => {
  fc.assert(
    fc.property(histories, contexts, contexts, (history, one, other) => {
      const ports = servicePorts(...(history.at(-1) as Objects))
      const plans = [iptablesPlan(ports, one), iptablesPlan(ports, other)] as const
      t.is(textOf(planBetween(...plans)), textOf(planBetween(...(structuredClone(plans) as typeof plans))))
    }),
  )
})

test('of two Services that claim one node port the first keeps it, whichever of them changes', t => {
  const spec: ServiceSpec = {type: 'NodePort', ports: [{port: 80, targetPort: 8080, nodePort: 30080}]}
  const services = ['a', 'b'].map((name, at) => sampleService(name, {clusterIP: `10.96.0.${at + 2}`, ...spec}))
  const [a, b] = ['a', 'b'].map(name => sampleSlice(name, ['172.17.12.2'])) as [EndpointSlice, EndpointSlice]
  const planOf = (slices: readonly EndpointSlice[]) => nftablesPlan(servicePorts(services, slices), node1)
  const nodePorts = (from: EndpointSlice[], to: EndpointSlice[]) =>
    nftChangeBetween(planOf(from), planOf(to))?.commands.filter(command => / service-nodeports /.test(command))
  t.deepEqual(nodePorts([a, b], [a, sampleSlice('b', [])]), [])
  t.deepEqual(
    nodePorts([a, b], [sampleSlice('a', []), b])?.map(command => /external-\w+-default\/(\w)/.exec(command)?.[1]),
    [undefined, 'b'],
  )
})

test('parts that are in both are told by what they are, wherever they stand', t => {
  const [a, b, c, d, e] = ['a', 'b', 'c', 'd', 'e'].map(name => ({name}))
  t.deepEqual(differenceOf([a, b, c, d], [a, b, e, d]), {gone: [c], come: [e]})
  t.deepEqual(differenceOf([a, b, c], [b, c]), {gone: [a], come: []})
  t.deepEqual(differenceOf([a, b], [a, b]), {gone: [], come: []})
  t.deepEqual(differenceOf([], [a]), {gone: [], come: [a]})
  t.is(differenceOf([a, b, c], [c, b, a]), undefined)
})
