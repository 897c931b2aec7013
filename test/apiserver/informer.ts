import {once} from 'node:events'
import {type AddressInfo, createServer, type Socket} from 'node:net'
import {setImmediate as turn} from 'node:timers/promises'
import {CoreV1Api, KubeConfig, makeInformer, type V1ConfigMap} from '@kubernetes/client-node'
import test from 'ava'
import type {Api} from '../../src/apiserver/call.ts'
import {createApiServer} from '../../src/apiserver/server.ts'
import {clientCertificate, createAuthority, serverCertificate} from '../../src/apiserver/tls/certificates.ts'
import type {Store} from '../../src/store/store.ts'
import {quietPort} from '../_quiet-port.ts'
import {testApi} from './_api.ts'

const now = new Date()
const authority = createAuthority('podlab test', now)
const operations = 10_000
const path = '/api/v1/namespaces/default/configmaps'

test('an informer sees every one of 10,000 changes, in order, across a restart of the server', async t => {
  t.timeout(120_000)
  const {api} = testApi({historyLimit: 2 * operations})
  const before = api.store.revision
  let door = await open(api, await quietPort()) // where it opens again
  t.teardown(() => door.close())
  const seen: string[] = []
  const informer = informerOf(door.port)
  const note = (verb: string) => (map: V1ConfigMap) => {
    seen.push(`${verb} ${map.metadata?.name} ${map.metadata?.resourceVersion}`)
  }
  informer.on('add', note('add'))
  informer.on('update', note('update'))
  informer.on('delete', note('delete'))
  // A connection that breaks ends an informer; who wants to go on starts it again.
  let breaks = 0
  let over = false
  informer.on('error', () => {
    breaks++
    if (!over) setTimeout(() => informer.start(), 20)
  })
  await informer.start()
  t.teardown(() => {
    over = true
    return informer.stop()
  })

  const done: string[] = []
  const random = numbers(20_261_121)
  for (let step = 0; step < operations; step++) {
    if (step === operations / 2) await door.close()
    if (step === operations / 2 + 500) door = await open(api, door.port)
    done.push(change(api.store, random, step))
    if (step % 50 === 0) await turn()
  }
  while (seen.length < done.length) await turn()

  t.deepEqual(seen, done)
  t.true(breaks > 0)
  t.is(api.store.revision - before, operations)
  t.is(informer.list().length, api.store.list('ConfigMap', {namespace: 'default'}).length)
})

/** Creates, changes or deletes one of forty ConfigMaps, and says what a client should see of it. */
function change(store: Store, random: () => number, step: number): string {
  const name = `map-${Math.floor(random() * 40)}`
  const metadata = {namespace: 'default', name}
  const data = {step: `${step}`}
  if (store.get('ConfigMap', metadata) === undefined)
    return said('add', store.create({apiVersion: 'v1', kind: 'ConfigMap', metadata, data}))
  if (random() < 0.2) return said('delete', store.delete('ConfigMap', metadata))
  return said('update', store.update({apiVersion: 'v1', kind: 'ConfigMap', metadata, data}))
}

function said(verb: string, {metadata}: {metadata: {name: string; resourceVersion?: string}}): string {
  return `${verb} ${metadata.name} ${metadata.resourceVersion}`
}

/** Numbers from 0 up to 1, the same in every run. */
function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

/** A server of its own on loopback; whoever closes it cuts off all that are connected. */
async function open(api: Api, port: number) {
  const pair = serverCertificate(authority, ['localhost', '127.0.0.1'], now)
  const server = createApiServer(api, {...pair, authority: authority.certificate})
  const sockets = new Set<Socket>()
  const door = createServer(socket => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    server.emit('connection', socket)
  })
  door.listen(port, '127.0.0.1')
  await once(door, 'listening')
  const close = async () => {
    for (const socket of sockets) socket.destroy()
    if (!door.listening) return
    door.close()
    await once(door, 'close')
  }
  return {port: (door.address() as AddressInfo).port, close}
}

function informerOf(port: number) {
  const me = clientCertificate(authority, {commonName: 'kubernetes-admin', organizations: ['system:masters']}, now)
  const text = (pem: string) => Buffer.from(pem).toString('base64')
  const config = new KubeConfig()
  config.loadFromOptions({
    clusters: [{name: 'lab', server: `https://127.0.0.1:${port}`, caData: text(authority.certificate)}],
    users: [{name: 'me', certData: text(me.certificate), keyData: text(me.key)}],
    contexts: [{name: 'lab', cluster: 'lab', user: 'me'}],
    currentContext: 'lab',
  })
  const core = config.makeApiClient(CoreV1Api)
  return makeInformer(config, path, () => core.listNamespacedConfigMap({namespace: 'default'}))
}
