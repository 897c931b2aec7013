import test from 'ava'
import type {Opened, Question} from '../../../../src/node/proxy/userspace/protocol.ts'
import type {ProxiedPort} from '../../../../src/node/proxy/userspace/proxied-port.ts'
import type {ProxyThreadTools} from '../../../../src/node/proxy/userspace/proxy-thread.ts'
import {createServiceProxies} from '../../../../src/node/proxy/userspace/service-proxy.ts'

const options = {range: {first: 45_000, last: 45_100}, udpIdleMs: 250}

const portOf = (name: string, ...endpoints: readonly string[]): ProxiedPort => ({
  name,
  protocol: 'tcp',
  endpoints,
  claims: [],
})

const call = {client: '172.17.12.2', endpoint: '172.17.13.2:80', protocol: 'tcp'} as const

/** A thread that opens ports from 45000 on, one after the other; `refuse` names what it cannot open. */
function fakeThreads() {
  const asked: string[] = []
  const refuse = new Set<string>()
  const hearers: ((error: Error) => void)[] = []
  const judges: ProxyThreadTools['judge'][] = []
  let next = 45_000
  const answer = (question: Question): readonly Opened[] => {
    if (question.ask !== 'open') return []
    return question.ports.map(({name}) =>
      refuse.has(name) ? {name, refused: [[name, 'taken']]} : {name, proxyPort: next++, refused: []},
    )
  }
  const namesOf = (question: Question) =>
    question.ask === 'open'
      ? question.ports.map(({name}) => name)
      : question.ask === 'close'
        ? question.names
        : question.ask === 'guard'
          ? [String(question.guarded)]
          : []
  const start = async ({died, judge}: ProxyThreadTools) => {
    asked.push('start')
    judges.push(judge)
    hearers.push(died)
    return {
      ask: async (question: Question) => {
        asked.push([question.ask, question.netns, ...namesOf(question)].join(' '))
        return answer(question)
      },
      close: async () => undefined,
    }
  }
  const die = () => hearers.pop()?.(new Error('broke'))
  return {asked, refuse, die, start, judge: (netns: string) => judges.at(-1)?.(netns, call)}
}

function proxyOfNode1() {
  const threads = fakeThreads()
  const deaths: string[] = []
  const proxies = createServiceProxies(threads.start)
  return {...threads, deaths, proxies, proxy: proxies.of('node1', ({message}) => void deaths.push(message))}
}

test('a node that never wants a proxy starts no thread', async t => {
  const {proxy, asked} = proxyOfNode1()
  t.is((await proxy.open([], options)).ports.size, 0)
  await proxy.closeOthers([])
  await proxy.stop()
  t.deepEqual(asked, [])
})

test('only what is new or different is told; a proxy port is kept', async t => {
  const {proxy, asked} = proxyOfNode1()
  await proxy.open([portOf('a', 'x:1'), portOf('b')], options)
  const {ports} = await proxy.open([portOf('a', 'x:1'), portOf('b'), portOf('c')], options)
  t.deepEqual(
    [...ports],
    [
      ['a', 45_000],
      ['b', 45_001],
      ['c', 45_002],
    ],
  )
  await proxy.open([portOf('a', 'x:1'), portOf('b'), portOf('c')], options)
  t.deepEqual(asked, ['start', 'open node1 a b', 'open node1 c'])
})

test('what could not be opened is tried again with each sync', async t => {
  const {proxy, refuse} = proxyOfNode1()
  refuse.add('a')
  const first = await proxy.open([portOf('a')], options)
  t.deepEqual([[...first.ports], [...first.refused]], [[], [['a', 'taken']]])
  refuse.clear()
  const second = await proxy.open([portOf('a')], options)
  t.deepEqual([[...second.ports], [...second.refused]], [[['a', 45_000]], []])
})

test('what is not wanted any more is closed, after the rules have gone', async t => {
  const {proxy, asked} = proxyOfNode1()
  await proxy.open([portOf('a'), portOf('b')], options)
  await proxy.open([portOf('b')], options)
  await proxy.closeOthers([portOf('b')])
  await proxy.closeOthers([portOf('b')])
  await proxy.stop()
  await proxy.stop()
  t.deepEqual(asked, ['start', 'open node1 a b', 'close node1 a', 'stop node1'])
})

test('when the thread breaks, each node with sockets hears of it, and the next sync opens all in another', async t => {
  const {proxy, proxies, asked, deaths, die} = proxyOfNode1()
  proxies.of('node2', ({message}) => void deaths.push(`${message} on node2, which had none`))
  await proxy.open([portOf('a')], options)
  die()
  t.deepEqual(deaths, ['broke'])
  t.is((await proxy.open([portOf('a')], options)).ports.get('a'), 45_001)
  t.deepEqual(asked, ['start', 'open node1 a', 'start', 'open node1 a'])
})

test('a guard is told before anything is opened, and again to a thread that takes the place of one that broke', async t => {
  const {proxy, asked, die} = proxyOfNode1()
  await proxy.guard(() => 'not at all')
  t.deepEqual(asked, [], 'a node without a proxy starts no thread for it')
  await proxy.open([portOf('a')], options)
  die()
  await proxy.open([portOf('a')], options)
  const round = ['start', 'guard node1 true', 'open node1 a']
  t.deepEqual(asked, [...round, ...round])
})

test('a proxy that works already is told when policies come and when the last has gone, and no more', async t => {
  const {proxy, asked, judge} = proxyOfNode1()
  await proxy.open([portOf('a')], options)
  await proxy.guard(() => 'not at all')
  await proxy.guard(() => 'for the client')
  t.is(judge('node1'), 'for the client', 'the last one counts')
  t.is(judge('node2'), 'as the node')
  await proxy.guard(undefined)
  t.is(judge('node1'), 'as the node')
  await proxy.guard(undefined)
  t.deepEqual(asked, ['start', 'open node1 a', 'guard node1 true', 'guard node1 false'])
})

test('a proxy that begins again after it was stopped has its guard again', async t => {
  const {proxy, asked} = proxyOfNode1()
  await proxy.guard(() => 'not at all')
  await proxy.open([portOf('a')], options)
  await proxy.stop()
  await proxy.open([portOf('a')], options)
  t.deepEqual(asked.slice(3), ['stop node1', 'guard node1 true', 'open node1 a'])
})

test('a guard that comes while the first ports are being opened is not forgotten', async t => {
  const {proxy, asked} = proxyOfNode1()
  const opening = proxy.open([portOf('a')], options)
  await proxy.guard(() => 'not at all')
  await opening
  t.true(asked.includes('guard node1 true'))
})
