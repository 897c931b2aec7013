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

/** A thread that opens ports from 45000 on, one after the other; `refuse` names what it cannot open. */
function fakeThreads() {
  const asked: string[] = []
  const refuse = new Set<string>()
  const hearers: ((error: Error) => void)[] = []
  let next = 45_000
  const answer = (question: Question): readonly Opened[] => {
    if (question.ask !== 'open') return []
    return question.ports.map(({name}) =>
      refuse.has(name) ? {name, refused: [[name, 'taken']]} : {name, proxyPort: next++, refused: []},
    )
  }
  const namesOf = (question: Question) =>
    question.ask === 'open' ? question.ports.map(({name}) => name) : question.ask === 'close' ? question.names : []
  const start = async ({died}: ProxyThreadTools) => {
    asked.push('start')
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
  return {asked, refuse, die, start}
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
