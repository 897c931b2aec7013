import test from 'ava'
import {fakeKernel} from '../../src/kernel/fake.ts'
import {printIptablesSave} from '../../src/kernel/rules/iptables.ts'
import type {IptablesChain, IptablesTable, RulesChangeTable} from '../../src/kernel/ruleset.ts'
import {defaultProxyConfiguration, type ProxyModeName} from '../../src/node/proxy/configuration.ts'
import {createProxyLoop} from '../../src/node/proxy-loop.ts'
import type {EndpointSlice} from '../../src/objects/endpoint-slice.ts'
import type {Service} from '../../src/objects/service.ts'
import {sampleService, sampleSlice} from '../objects/_samples.ts'
import {silent} from './_fakes.ts'
import {failingKernel} from './_nodes.ts'

const kubia: Service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {name: 'kubia', namespace: 'default'},
  spec: {clusterIP: '10.98.237.175', ports: [{port: 80, targetPort: 8080}]},
}

const sliceOf = (...ips: readonly string[]) => sampleSlice('kubia', ips)

async function loopOnNode1() {
  const {kernel, refuse} = failingKernel(fakeKernel())
  await kernel.create('node1')
  let hand = false
  const options = {netns: 'node1', kernel, node: () => ({nodeName: 'node1'}), handWins: () => hand, log: silent}
  const proxy = createProxyLoop(options)
  const startAgain = () => createProxyLoop({...options, again: true})
  const handWins = (does: boolean) => {
    hand = does
  }
  const sync = (services: readonly Service[], slices: readonly EndpointSlice[]) =>
    proxy.sync(services, slices, defaultProxyConfiguration)
  const loop = {...proxy, sync}
  const rules = async () => printIptablesSave(await kernel.observeRules('node1'))
  /** One `iptables-restore` each. */
  const changes = () => kernel.applied('node1').length
  /** `iptables -t TABLE -F; iptables -t TABLE -X`. */
  const flush = async (...names: readonly IptablesTable[]) => {
    const {tables} = await kernel.observeRules('node1')
    const change = Object.fromEntries(names.map(name => [name, flushed(tables[name] ?? {})]))
    await kernel.apply('node1', [{op: 'changeRules', change: {backend: 'iptables', tables: change}}])
  }
  return {kernel, loop, rules, changes, flush, refuse, startAgain, handWins}
}

function flushed(chains: Readonly<Record<string, IptablesChain>>): RulesChangeTable {
  const own = Object.entries(chains).filter(([, {policy}]) => policy !== undefined)
  return {
    rewrite: Object.fromEntries(own.map(([chain]) => [chain, []])),
    remove: Object.keys(chains).filter(chain => chains[chain]?.policy === undefined),
    insert: [],
    append: [],
    delete: [],
  }
}

test('a Service becomes rules, with a chain for each endpoint', async t => {
  const {loop, rules} = await loopOnNode1()
  await loop.sync([kubia], [sliceOf('172.17.12.2', '172.17.13.2')])
  const saved = await rules()
  t.regex(saved, /^-A KUBE-SERVICES -d 10\.98\.237\.175\/32 .*--dport 80 -j KUBE-SVC-/m)
  t.is(saved.match(/ -j DNAT --to-destination 172\.17\.1[23]\.2:8080$/gm)?.length, 2)
})

test('the same Services again change nothing', async t => {
  const {loop, changes} = await loopOnNode1()
  await loop.sync([kubia], [sliceOf('172.17.12.2')])
  const before = changes()
  await loop.sync([kubia], [sliceOf('172.17.12.2')])
  t.is(changes(), before)
})

test('one change is one iptables-restore', async t => {
  const {loop, changes, rules} = await loopOnNode1()
  await loop.sync([kubia], [sliceOf('172.17.12.2', '172.17.13.2')])
  const before = changes()
  await loop.sync([kubia], [sliceOf('172.17.13.2')])
  t.is(changes(), before + 1)
  t.notRegex(await rules(), /172\.17\.12\.2/)
})

test('a Service without endpoints is refused', async t => {
  const {loop, rules} = await loopOnNode1()
  await loop.sync([kubia], [])
  t.regex(await rules(), /-d 10\.98\.237\.175\/32 .*has no endpoints.* -j REJECT/)
})

test('rules are not flushed as long as one canary is there', async t => {
  const {loop, flush} = await loopOnNode1()
  await loop.sync([kubia], [sliceOf('172.17.12.2')])
  t.false(await loop.isFlushed())
  await flush('nat')
  t.false(await loop.isFlushed())
})

test('after a flush of all tables the next sync brings all rules back', async t => {
  const {loop, rules, flush} = await loopOnNode1()
  await loop.sync([kubia], [sliceOf('172.17.12.2')])
  const before = await rules()
  await flush('mangle', 'nat', 'filter')
  t.true(await loop.isFlushed())
  await loop.sync([kubia], [sliceOf('172.17.12.2')])
  t.is(await rules(), before)
  t.false(await loop.isFlushed())
})

test('what a hand has changed stays until a full sync, which mends it', async t => {
  const {loop, rules, flush} = await loopOnNode1()
  await loop.sync([kubia], [sliceOf('172.17.12.2')])
  const before = await rules()
  await flush('nat')
  const {inFull} = await loop.sync([kubia], [sliceOf('172.17.12.2')])
  t.false(inFull)
  t.not(await rules(), before)
  loop.lookAtAll()
  t.true((await loop.sync([kubia], [sliceOf('172.17.12.2')])).inFull)
  t.is(await rules(), before)
  t.false((await loop.sync([kubia], [sliceOf('172.17.12.2')])).inFull)
})

test('a change that builds on chains which somebody removed is made as a full sync', async t => {
  const {loop, rules, flush} = await loopOnNode1()
  await loop.sync([], [])
  const empty = await rules()
  await loop.sync([kubia], [sliceOf('172.17.12.2')])
  await flush('nat')
  await loop.sync([], [])
  t.is(await rules(), empty)
})

test('a sync that the kernel refuses is told, and the next begins in full', async t => {
  const {loop, rules, refuse} = await loopOnNode1()
  await loop.sync([], [])
  refuse('changeRules')
  await t.throwsAsync(loop.sync([kubia], [sliceOf('172.17.12.2')]), {
    message:
      /^the rules of Service default\/kubia are refused, and the old ones of all Services stay: Network is unreachable: iptables-restore/,
  })
  refuse(undefined)
  await loop.sync([kubia], [sliceOf('172.17.12.2')])
  t.regex(await rules(), /--to-destination 172\.17\.12\.2:8080/)
})

test('an agent that starts again finds what a kube-proxy of another mode has left', async t => {
  const {kernel, loop, rules, startAgain} = await loopOnNode1()
  const inMode = (mode: ProxyModeName) => ({...defaultProxyConfiguration, mode})
  await loop.sync([kubia], [sliceOf('172.17.12.2')])
  await startAgain().sync([kubia], [sliceOf('172.17.12.2')], inMode('nftables'))
  t.notRegex(await rules(), /KUBE-/, 'no chain of iptables mode')
  t.truthy(await kernel.observeTable('node1', {family: 'ip', name: 'kube-proxy'}))
  await startAgain().sync([kubia], [sliceOf('172.17.12.2')], inMode('userspace'))
  t.is(await kernel.observeTable('node1', {family: 'ip', name: 'kube-proxy'}), undefined)
  await startAgain().sync([kubia], [sliceOf('172.17.12.2')], inMode('iptables'))
  const fresh = await loopOnNode1()
  await fresh.loop.sync([kubia], [sliceOf('172.17.12.2')])
  const lines = async (saved: Promise<string>) => (await saved).split('\n').toSorted()
  t.deepEqual(await lines(rules()), await lines(fresh.rules()))
})

test('where the hand wins, rules are written until somebody changes one, and never then', async t => {
  const {loop, rules, flush, handWins} = await loopOnNode1()
  handWins(true)
  await loop.sync([kubia], [sliceOf('172.17.12.2')])
  await loop.sync([kubia], [sliceOf('172.17.13.2')])
  t.regex(await rules(), /--to-destination 172\.17\.13\.2:8080/, 'nobody has changed anything')
  t.deepEqual(loop.notes(), [])
  await flush('mangle', 'nat', 'filter')
  t.false(await loop.isFlushed())
  await loop.sync([kubia], [sliceOf('172.17.12.2')])
  t.notRegex(await rules(), /KUBE-/)
  t.regex(loop.notes().join(), /^kube-proxy leaves its rules alone/)
  handWins(false)
  await loop.sync([kubia], [sliceOf('172.17.12.2')])
  t.regex(await rules(), /--to-destination 172\.17\.12\.2:8080/, 'and again when it wins no more')
  t.deepEqual(loop.notes(), [])
})

test('among many Services a chain of nftables without use is emptied, and goes with a sync that has nothing else to do', async t => {
  const kernel = fakeKernel()
  await kernel.create('node1')
  const proxy = createProxyLoop({netns: 'node1', kernel, node: () => ({nodeName: 'node1'}), log: silent})
  const services = Array.from({length: 300}, (_, at) =>
    sampleService(`s${at}`, {clusterIP: `10.97.${at >> 8}.${at & 255}`}),
  )
  const slicesWith = (...ips: readonly string[]) =>
    services.map(({metadata: {name}}, at) => sampleSlice(name, at === 7 ? ips : [`172.17.12.2`]))
  const sync = (slices: readonly EndpointSlice[]) =>
    proxy.sync(services, slices, {...defaultProxyConfiguration, mode: 'nftables'})
  const chains = async () => {
    const table = await kernel.observeTable('node1', {family: 'ip', name: 'kube-proxy'})
    return Object.entries(table?.chains ?? {})
      .filter(([name]) => /^endpoint-\w+-default\/s7\//.test(name))
      .map(([, {rules}]) => rules.length)
  }
  await sync(slicesWith('172.17.12.2', '172.17.12.3'))
  t.deepEqual(await chains(), [2, 2])
  const fewer = slicesWith('172.17.12.2')
  await sync(fewer)
  t.deepEqual(await chains(), [2, 0])
  t.true(proxy.hasLeavers())
  await sync(fewer)
  t.deepEqual(await chains(), [2])
  t.false(proxy.hasLeavers())
  t.deepEqual((await sync(fewer)).changes, [])
})
