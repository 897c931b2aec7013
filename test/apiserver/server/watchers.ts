import {once} from 'node:events'
import {request} from 'node:https'
import test, {type ExecutionContext} from 'ava'
import {podNamed, podsPath} from '../_api.ts'
import {listening, me, options, send} from './_listening.ts'

/* What a watcher has been told of many changes, read as they come or only when all are there. */
async function toldOf(t: ExecutionContext, when: 'at once' | 'at the end') {
  const {ask, port} = await listening(t)
  const path = '/api/v1/namespaces/default/configmaps'
  const sent = request({...options(port), path: `${path}?watch=true&timeoutSeconds=60`})
  sent.end()
  const [response] = await once(sent, 'response')
  let [told, lines] = ['', 0]
  const read = () =>
    response.setEncoding('utf8').on('data', (piece: string) => {
      told += piece
      lines += piece.split('\n').length - 1
    })
  const turn = () => new Promise(setImmediate)
  if (when === 'at once') read()
  for (let made = 1; made <= changes; made++) {
    await ask('POST', path, {body: {metadata: {name: `m${made}`}, data: {k: 'x'.repeat(size)}}})
    if (made % 50 === 0) await turn()
    while (when === 'at once' && lines < made - 50) await turn()
  }
  if (when === 'at the end') read()
  while (lines < changes && !response.complete) await turn()
  sent.destroy()
  return told
}

const changes = 1500
const size = 20_000

test('a watcher that does not read costs what the sockets hold, and is told 410 when it reads again', async t => {
  const told = await toldOf(t, 'at the end')
  t.true(told.length < (changes * size) / 2, `${told.length} characters of ${changes * size}`)
  t.like(JSON.parse(told.trim().split('\n').at(-1) ?? ''), {type: 'ERROR', object: {code: 410, reason: 'Expired'}})
})

test('a watcher that reads is told everything', async t => {
  const told = await toldOf(t, 'at once')
  t.is(told.trim().split('\n').length, changes)
})

test('no watcher is left behind, however it ends', async t => {
  const {ask, port, watchers} = await listening(t)
  const path = `${podsPath}?watch=true`
  const stops = Array.from({length: 20}, () => new AbortController())
  const watching = stops.map(({signal}) => {
    const sent = request({...options(port), path, signal})
    sent.on('error', () => undefined)
    sent.end()
    return once(sent, 'response').then(([response]) => {
      response.on('error', () => undefined)
      response.resume()
    })
  })
  await Promise.all(watching)
  t.is(watchers.get('Pod'), 20)
  for (const stop of stops) stop.abort()
  const ended = await send(port, {certificate: me, path: `${path}&timeoutSeconds=1`})
  t.is(ended.status, 200)
  await ask('POST', podsPath, {body: podNamed('late')})
  for (let tries = 0; watchers.get('Pod') !== 0 && tries < 100; tries++) await new Promise(setImmediate)
  t.is(watchers.get('Pod'), 0)
})
