import test from 'ava'
import fc from 'fast-check'
import {permittedEndpoints} from '../../../../src/node/proxy/userspace/permitted.ts'

/* Endpoints in this order; a judge that answers as `says` does, or at once. */
function endpointsWith(all: readonly string[], says: (endpoint: string) => string | undefined) {
  const asked: string[] = []
  const left = [...all]
  const endpoints = permittedEndpoints(
    () => left.shift(),
    endpoint => {
      asked.push(endpoint)
      const verdict = says(endpoint)
      return verdict === 'as the node' ? verdict : Promise.resolve(verdict as 'for the client' | undefined)
    },
  )
  return {endpoints, asked, left}
}

test('where nobody has to be asked, the endpoint is known at once', t => {
  const {endpoints} = endpointsWith(['a', 'b'], () => 'as the node')
  t.deepEqual(endpoints('first'), {endpoint: 'a', isVouched: false})
  t.deepEqual(endpoints('no answer'), {endpoint: 'b', isVouched: false})
  t.is(endpoints('no answer'), undefined)
})

test('the first one that may be called is called, and none when none may', async t => {
  const lists = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'))
  await fc.assert(
    fc.asyncProperty(lists, fc.subarray(['a', 'b', 'c', 'd', 'e', 'f']), async (all, allowed) => {
      const {endpoints, asked} = endpointsWith(all, one => (allowed.includes(one) ? 'for the client' : 'not at all'))
      const wanted = all.find(one => allowed.includes(one))
      t.deepEqual(await endpoints('first'), wanted === undefined ? undefined : {endpoint: wanted, isVouched: true})
      t.deepEqual(asked, wanted === undefined ? all : all.slice(0, all.indexOf(wanted) + 1), 'each is asked about once')
    }),
  )
})

test('where no answer comes, nothing more is asked and nobody is called', async t => {
  const {endpoints, asked} = endpointsWith(['a', 'b'], () => undefined)
  t.is(await endpoints('first'), undefined)
  t.deepEqual(asked, ['a'])
})

test('policies that go while a client waits let it through as the node', async t => {
  const {endpoints} = endpointsWith(['a', 'b'], one => (one === 'a' ? 'not at all' : 'as the node'))
  t.deepEqual(await endpoints('first'), {endpoint: 'b', isVouched: false})
})
