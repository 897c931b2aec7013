import test from 'ava'
import fc from 'fast-check'
import {
  asBefore,
  type Balancer,
  mostSessions,
  newBalancer,
  nextEndpoint,
  withEndpoints,
} from '../../../../src/node/proxy/userspace/balancer.ts'

const reversed = (endpoints: readonly string[]) => endpoints.toReversed()
const asGiven = (endpoints: readonly string[]) => endpoints

const withAll = (balancer: Balancer, endpoints: readonly string[], affinityMs?: number) =>
  withEndpoints(balancer, {endpoints, affinityMs}, asGiven)

/** The answers to clients, one after the other. */
function answers(start: Balancer, clients: readonly string[], now = 0) {
  let balancer = start
  const chosen = clients.map(client => {
    const step = nextEndpoint(balancer, {client, now, anew: false})
    balancer = step.balancer
    return step.endpoint
  })
  return {chosen, balancer}
}

const someEndpoints: fc.Arbitrary<readonly string[]> = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), {
  minLength: 1,
})
const someClients = fc.array(fc.constantFrom('10.0.0.1', '10.0.0.2', '10.0.0.3'), {maxLength: 40})

test('connections go 1, 2, 3, 1, 2, 3 in the order that was drawn', t => {
  const balancer = withEndpoints(newBalancer, {endpoints: ['a', 'b', 'c']}, reversed)
  t.deepEqual(answers(balancer, Array(7).fill('x')).chosen, ['c', 'b', 'a', 'c', 'b', 'a', 'c'])
})

test('a Service without endpoints has no answer, and remembers nobody', t => {
  const {endpoint, balancer} = nextEndpoint(withAll(newBalancer, [], 1000), {client: 'x', now: 0, anew: false})
  t.is(endpoint, undefined)
  t.is(balancer.sessions.size, 0)
})

test('without affinity the endpoints take turns, whoever asks, and begin again after the last', t => {
  fc.assert(
    fc.property(someEndpoints, someClients, (endpoints, clients) => {
      const {chosen} = answers(withAll(newBalancer, endpoints), clients)
      t.deepEqual(
        chosen,
        clients.map((_, at) => endpoints[at % endpoints.length]),
      )
    }),
  )
})

test('other endpoints begin a new round with the first; the same ones again change nothing', t => {
  const before = answers(withAll(newBalancer, ['a', 'b', 'c']), ['x', 'x']).balancer
  t.deepEqual(answers(withEndpoints(before, {endpoints: ['c', 'a', 'b']}, reversed), ['x']).chosen, ['c'])
  t.deepEqual(answers(withAll(before, ['a', 'b', 'c', 'd']), ['x', 'x']).chosen, ['a', 'b'])
})

test('with affinity a client keeps its endpoint as long as it comes in time', t => {
  const balancer = withAll(newBalancer, ['a', 'b'], 1000)
  const first = nextEndpoint(balancer, {client: 'x', now: 0, anew: false})
  const inTime = nextEndpoint(first.balancer, {client: 'x', now: 999, anew: false})
  const refreshed = nextEndpoint(inTime.balancer, {client: 'x', now: 1998, anew: false})
  const late = nextEndpoint(refreshed.balancer, {client: 'x', now: 2998, anew: false})
  t.deepEqual(
    [first, inTime, refreshed, late].map(({endpoint}) => endpoint),
    ['a', 'a', 'a', 'b'],
  )
})

test('an endpoint that does not answer is not asked again for that connection, and the next one is remembered', t => {
  const balancer = withAll(newBalancer, ['a', 'b'], 1000)
  const first = nextEndpoint(balancer, {client: 'x', now: 0, anew: false})
  const anew = nextEndpoint(first.balancer, {client: 'x', now: 1, anew: true})
  const later = nextEndpoint(anew.balancer, {client: 'x', now: 2, anew: false})
  t.deepEqual(
    [first, anew, later].map(({endpoint}) => endpoint),
    ['a', 'b', 'b'],
  )
})

test('when an endpoint goes, no client of another one is moved', t => {
  fc.assert(
    fc.property(someEndpoints, someClients, fc.nat(), (endpoints, clients, lot) => {
      const {balancer} = answers(withAll(newBalancer, endpoints, 1000), clients)
      const gone = endpoints[lot % endpoints.length]
      const left = endpoints.filter(endpoint => endpoint !== gone)
      const after = withEndpoints(balancer, {endpoints: left, affinityMs: 1000}, reversed)
      for (const [client, {endpoint}] of balancer.sessions) {
        const now = nextEndpoint(after, {client, now: 1, anew: false}).endpoint
        if (endpoint === gone) t.true(now === undefined || left.includes(now))
        else t.is(now, endpoint)
      }
    }),
  )
})

test('a Service that gives up affinity forgets its clients', t => {
  const {balancer} = answers(withAll(newBalancer, ['a', 'b'], 1000), ['x', 'y'])
  t.is(withAll(balancer, ['a', 'b']).sessions.size, 0)
})

test('no more clients are remembered than a bound; who came last is among them', t => {
  const clients = Array.from({length: mostSessions + 10}, (_, at) => `client ${at}`)
  let balancer = withAll(newBalancer, ['a', 'b'], 1000)
  for (const client of clients.slice(-20)) balancer = nextEndpoint(balancer, {client, now: 0, anew: false}).balancer
  const full = {...balancer, sessions: new Map(clients.map(client => [client, {endpoint: 'a', usedAt: 0}]))}
  const {sessions} = nextEndpoint(full, {client: 'newest', now: 0, anew: false}).balancer
  t.is(sessions.size, mostSessions)
  t.true(sessions.has('newest'))
  t.false(sessions.has('client 0'))
})

test('what a client may not call is passed over, and the others keep their order', t => {
  const forbids = fc.subarray(['a', 'b', 'c', 'd', 'e', 'f'])
  fc.assert(
    fc.property(someEndpoints, someClients, forbids, (endpoints, clients, forbid) => {
      const forbidden = new Set(forbid)
      let balancer = withAll(newBalancer, endpoints, 1000)
      const chosen = clients.map((_, at) => {
        const step = nextEndpoint(balancer, {client: `client ${at}`, now: 0, anew: false, forbidden})
        balancer = step.balancer
        return step.endpoint
      })
      const allowed = endpoints.filter(endpoint => !forbidden.has(endpoint))
      t.deepEqual(
        chosen,
        clients.map((_, at) => allowed[at % allowed.length]),
      )
    }),
  )
})

test('a client does not stay with an endpoint that it may not call any more', t => {
  const [client, now, anew] = ['x', 0, false]
  const {balancer} = nextEndpoint(withAll(newBalancer, ['a', 'b'], 1000), {client, now, anew})
  const next = nextEndpoint(balancer, {client, now, anew, forbidden: new Set(['a'])})
  t.is(next.endpoint, 'b')
  t.is(nextEndpoint(next.balancer, {client, now, anew}).endpoint, 'b')
})

test('a client that may call none comes back to the one it had', t => {
  const [client, now, anew] = ['x', 0, false]
  const start = nextEndpoint(withAll(newBalancer, ['a', 'b'], 1000), {client, now, anew}).balancer
  const before = start.sessions.get(client)
  const moved = nextEndpoint(start, {client, now, anew, forbidden: new Set(['a'])}).balancer
  t.is(moved.sessions.get(client)?.endpoint, 'b')
  t.is(nextEndpoint(asBefore(moved, client, before), {client, now, anew}).endpoint, 'a')
  t.is(asBefore(moved, client, undefined).sessions.size, 0)
  t.is(asBefore(withAll(moved, ['b'], 1000), client, before).sessions.size, 0, 'unless it has gone')
})
