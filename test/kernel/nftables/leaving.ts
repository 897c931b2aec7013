import test from 'ava'
import fc from 'fast-check'
import {nftChangeBetween, printNftChange} from '../../../src/kernel/nftables/change.ts'
import {keepingChains, withoutLeavingChains} from '../../../src/kernel/nftables/leaving.ts'
import type {NftPlan} from '../../../src/kernel/nftables/table.ts'
import {parseIp} from '../../../src/net/ip.ts'
import {nftablesPlan} from '../../../src/node/proxy/nftables/nftables.ts'
import type {ServicePort} from '../../../src/node/proxy/service-port.ts'
import {endpoint, kubia, node1} from '../../node/proxy/_plan.ts'

const others = Array.from({length: 300}, (_, index): ServicePort => {
  return {...kubia, name: `default/s${index}`, clusterIp: parseIp(`10.97.${index >> 8}.${index & 255}`)}
})

const ips = ['172.17.12.2', '172.17.12.3', '172.17.13.2']

function planOf(endpoints: readonly string[], more: Partial<ServicePort> = {}, rest = others): NftPlan {
  return nftablesPlan([...rest, {...kubia, ...more, endpoints: endpoints.map(ip => endpoint(ip, 8080))}], node1)
}

/** What nft is told on the way from plan to plan, as each keeps what the last one had. */
function told(...plans: readonly NftPlan[]): readonly string[] {
  let previous: NftPlan | undefined
  return plans.map(plan => {
    const next = keepingChains(previous, plan)
    const change = nftChangeBetween(previous, next)
    previous = next
    return change === undefined ? '' : short(printNftChange(change))
  })
}

function short(text: string): string {
  return text.replaceAll(/ ip kube-proxy (\S+)/g, ' $1').replaceAll(/-[A-Z2-7]{8}-default\/kubia\/tcp\//g, '')
}

test('among many Services an endpoint that goes leaves its chain empty, and nft is told nothing for which it reads', t => {
  const [, change] = told(planOf(ips), planOf(ips.slice(0, 2)))
  t.is(
    change,
    `flush chain service
add chain service { ip daddr 10.98.237.175 tcp dport 80 ip saddr != 172.17.0.0/16 jump mark-for-masquerade ; numgen random mod 2 vmap { 0 : goto endpoint__172.17.12.2/8080, 1 : goto endpoint__172.17.12.3/8080 } ; }
flush chain endpoint__172.17.13.2/8080
`,
  )
})

test('when there is nothing else to do, it goes', t => {
  const fewer = planOf(ips.slice(0, 2))
  t.is(told(planOf(ips), fewer, fewer)[2], 'delete chain endpoint__172.17.13.2/8080\n')
  t.is(told(planOf(ips), fewer, fewer, fewer)[3], '')
})

test('when nft has to read anyway, it goes along', t => {
  const [, , change = ''] = told(planOf(ips), planOf(ips.slice(0, 2)), planOf(ips.slice(0, 1), {port: 81}))
  t.regex(change, /^add element service-ips /m)
  t.deepEqual(change.match(/^delete chain .*/gm), [
    'delete chain endpoint__172.17.12.3/8080',
    'delete chain endpoint__172.17.13.2/8080',
  ])
})

test('an endpoint that comes back has its rules back', t => {
  const [, , change = ''] = told(planOf(ips), planOf(ips.slice(0, 2)), planOf(ips))
  t.regex(change, /^add chain endpoint__172.17.13.2\/8080 \{ ip saddr 172.17.13.2 jump mark-for-masquerade ; .* \}$/m)
  t.notRegex(change, /^delete/m)
})

test('among few Services it goes at once', t => {
  const [, change = ''] = told(planOf(ips, {}, []), planOf(ips.slice(0, 2), {}, []))
  t.regex(change, /^delete chain endpoint__172.17.13.2\/8080$/m)
})

test('rules that name a set are written so that nft finds it', t => {
  const [, change = ''] = told(planOf(ips.slice(0, 2), {affinitySeconds: 60}), planOf(ips, {affinitySeconds: 60}))
  t.regex(change, /^add rule service ip saddr @affinity__172.17.12.2\/8080 goto /m)
  t.notRegex(change, /^add chain \S+ \{ ip/m)
})

type Chains = Map<string, readonly string[]>

/** Makes a change; throws for what the kernel would refuse. */
function apply(chains: Chains, text: string): void {
  for (const line of text.split('\n')) {
    const [, command = '', name = '', rest = ''] =
      /^((?:add|flush|delete) (?:chain|rule)) \S+ \S+ (\S+) ?(.*)$/.exec(line) ?? []
    if (command !== '') applyOne(chains, {command, name, rest})
  }
}

function applyOne(
  chains: Chains,
  {command, name, rest}: {readonly [word in 'command' | 'name' | 'rest']: string},
): void {
  const there = chains.get(name)
  if (there === undefined && command !== 'add chain') throw new Error(`${command} ${name}: there is none`)
  const isHead = rest === '' || /^\{ (type|comment) /.test(rest)
  const added = command === 'add rule' ? [rest] : isHead ? [] : rest.slice(2, -4).split(' ; ')
  if (command === 'delete chain') chains.delete(name)
  else chains.set(name, command === 'flush chain' ? [] : [...(there ?? []), ...added])
}

test('any sequence of endpoints ends in the chains of the last, and some that are empty until there is time', t => {
  const states = fc.record({
    endpoints: fc.subarray(ips),
    more: fc.constantFrom<Partial<ServicePort>>({}, {affinitySeconds: 60}, {nodePort: 30080}),
    rest: fc.constantFrom(others, others, others, others.slice(1), others.slice(5)),
  })
  fc.assert(
    fc.property(fc.array(states, {minLength: 1, maxLength: 6}), sequence => {
      let previous: NftPlan | undefined
      const chains: Chains = new Map()
      const step = (next: NftPlan) => {
        const change = nftChangeBetween(previous, next)
        if (change?.commands[0]?.startsWith('add table')) chains.clear()
        if (change) apply(chains, printNftChange(change))
        previous = next
      }
      for (const {endpoints, more, rest} of sequence) {
        const wanted = planOf(endpoints, more, rest)
        step(keepingChains(previous, wanted))
        const left = new Set(previous?.leaving)
        t.deepEqual(
          rulesOf(chains, left),
          rulesOf(new Map(Object.entries(wanted.table?.chains ?? {}).map(([name, {rules}]) => [name, rules]))),
        )
        t.true([...left].every(name => chains.get(name)?.length === 0))
      }
      step(withoutLeavingChains(previous as NftPlan))
      t.deepEqual([...chains.keys()].sort(), Object.keys((previous as NftPlan).table?.chains ?? {}).sort())
    }),
    {numRuns: 20},
  )
})

function rulesOf(chains: Chains, without: ReadonlySet<string> = new Set()) {
  return [...chains].filter(([name]) => !without.has(name)).toSorted(([a], [b]) => (a < b ? -1 : 1))
}
