import test from 'ava'
import fc from 'fast-check'
import {endOfPiece, sharedPiece} from '../../src/apiserver/verbs/shared-pieces.ts'
import {podNamed, podsPath, testApi} from './_api.ts'

const piece = (size: number) => () => ({bytes: Buffer.alloc(size), upTo: 1})

test('a piece is made once for all who want to see the same, and apart for others', t => {
  const {store} = testApi()
  const first = sharedPiece(store, {wish: 'pods', from: 1, to: 2}, piece(10))
  t.is(sharedPiece(store, {wish: 'pods', from: 1, to: 2}, piece(20)), first)
  for (const other of [
    {wish: 'nodes', from: 1, to: 2},
    {wish: 'pods', from: 0, to: 2},
    {wish: 'pods', from: 1, to: 3},
  ])
    t.not(sharedPiece(store, other, piece(10)), first)
  t.not(sharedPiece(testApi().store, {wish: 'pods', from: 1, to: 2}, piece(10)), first)
})

test('only so much is kept, the newest', t => {
  const {store} = testApi()
  let made = 0
  const ask = (from: number) =>
    sharedPiece(store, {wish: 'pods', from, to: from + 1}, () => {
      made++
      return {bytes: Buffer.alloc(1024 * 1024), upTo: from + 1}
    })
  for (let from = 0; from < 20; from++) ask(from)
  ask(19)
  t.is(made, 20)
  ask(0)
  t.is(made, 21)
})

test('whoever goes from piece to piece comes to the end, and shares all but the first and the last with the others', t => {
  fc.assert(
    fc.property(fc.nat(1000), fc.nat(1000), fc.nat(2000), (one, other, more) => {
      const newest = Math.max(one, other) + more
      const ends = (from: number): number[] =>
        from >= newest ? [] : [endOfPiece(from, newest), ...ends(endOfPiece(from, newest))]
      const [first, second] = [ends(one), ends(other)]
      const common = first.filter(end => second.includes(end))
      return (
        first.every((end, index) => end > (first[index - 1] ?? one)) &&
        common.length >= Math.min(first.length, second.length) - 1
      )
    }),
  )
  t.pass()
})

test('watchers from different moments, with pieces of their own and shared ones, are told the same', async t => {
  const {ask, store} = testApi()
  const begin = store.revision
  for (let index = 0; index < 100; index++) await ask('POST', podsPath, {body: podNamed(`p${index}`)})
  const names = (text: string) =>
    [...text.matchAll(/"type":"ADDED","object":.*?"name":"(p\d+)"/g)].map(([, name]) => name)
  const told = async (query: string, since: number) =>
    names((await ask('GET', `${podsPath}?watch=true&timeoutSeconds=1&resourceVersion=${since}${query}`)).text)
  const all = await told('', begin)
  t.is(all.length, 100)
  t.deepEqual(await told('', begin), all)
  for (const after of [1, 31, 50, 99]) t.deepEqual(await told('', begin + after), all.slice(after))
  t.deepEqual(await told('&labelSelector=app%3Dp7', begin), ['p7'])
  t.deepEqual(await told('&labelSelector=app%3Dp8', begin), ['p8'])
  t.deepEqual(await told('&fieldSelector=metadata.name%3Dp9', begin), ['p9'])
})
