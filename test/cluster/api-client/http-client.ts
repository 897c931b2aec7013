import type {AddressInfo} from 'node:net'
import {createServer, type Server, type Socket} from 'node:net'
import test, {type ExecutionContext} from 'ava'
import {createApiServer} from '../../../src/apiserver/server.ts'
import {clientCertificate, createAuthority, serverCertificate} from '../../../src/apiserver/tls/certificates.ts'
import {serviceAccountTokens} from '../../../src/apiserver/tokens.ts'
import {ApiRefusal, connect} from '../../../src/cluster/api-client/connection.ts'
import {httpClient} from '../../../src/cluster/api-client/http-client.ts'
import {after} from '../../../src/cluster/clock.ts'
import {testApi} from '../../apiserver/_api.ts'
import {pod} from '../../contract/agent-client/pod.ts'
import type {ClientWorld} from '../../contract/agent-client/world.ts'
import {agentClientContract} from '../../contract/agent-client.ts'

const now = new Date()
const authority = createAuthority('podlab test', now)
const pair = serverCertificate(authority, ['127.0.0.1'], now)
const node = clientCertificate(authority, {commonName: 'system:node:node1', organizations: ['system:nodes']}, now)

/** The real API server behind a socket on 127.0.0.1, and a client with a node's certificate. */
async function httpWorld(t: ExecutionContext, options: {historyLimit?: number; node?: string} = {}) {
  const {api, store} = testApi(options)
  for (const kind of ['Service', 'EndpointSlice'] as const)
    store.delete(kind, {namespace: 'default', name: 'kubernetes'})
  const tokens = serviceAccountTokens({store, key: authority.key, now: Date.now})
  const server = createApiServer({...api, tokens}, {...pair, authority: authority.certificate})
  const sockets = new Set<Socket>()
  const door = createServer(socket => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
    server.emit('connection', socket)
  })
  await listening(door)
  const asked: string[] = []
  server.prependListener('request', ({method, url}) => asked.push(`${method} ${url}`))
  const {port} = door.address() as AddressInfo
  const place = {server: `https://127.0.0.1:${port}`, authority: authority.certificate, ...node}
  const connection = connect(place)
  const client = httpClient({connection, after, ...(options.node && {node: options.node})})
  t.teardown(() => {
    client.close()
    connection.close()
    server.closeAllConnections()
    door.close()
  })
  const world: ClientWorld = {
    client,
    create: async object => store.create(object),
    remove: async ({kind, metadata}) => void store.delete(kind, metadata),
    get: async ({kind, metadata: {namespace, name}}) => store.get(kind, {namespace, name}),
  }
  const cut = () => sockets.forEach(socket => void socket.destroy())
  return {...world, store, connection, place, door, asked, cut}
}

function listening(door: Server): Promise<void> {
  return new Promise(resolve => door.listen(0, '127.0.0.1', resolve))
}

function away(door: Server, cut: () => void): Promise<void> {
  return new Promise(resolve => {
    door.close(() => resolve())
    cut()
  })
}

function back(door: Server, {server}: {server: string}): Promise<void> {
  return new Promise(resolve => door.listen(Number(new URL(server).port), '127.0.0.1', resolve))
}

for (const [title, exec] of Object.entries(agentClientContract)) test(title, async t => exec(t, await httpWorld(t)))

const {signal} = new AbortController()

test('a watch that is cut off goes on where it was, and loses and repeats nothing', async t => {
  const {client, create, cut} = await httpWorld(t)
  const {revision} = await client.list('Pod')
  await create(pod('a'))
  const first = await client.changes(revision, signal)
  cut()
  await create(pod('b'))
  const second = await client.changes(first.revision, signal)
  cut()
  cut()
  await create(pod('c'))
  const third = await client.changes(second.revision, signal)
  t.deepEqual(
    [first, second, third].flatMap(({changes}) => changes.map(({object}) => object.metadata.name)),
    ['a', 'b', 'c'],
  )
})

test('a server that is away for a while is asked again, until it is back', async t => {
  const {client, create, cut, door, place} = await httpWorld(t)
  const {revision} = await client.list('Pod')
  const waiting = client.changes(revision, signal)
  await new Promise(setImmediate)
  await away(door, cut)
  await create(pod('meanwhile'))
  await back(door, place)
  t.deepEqual(
    (await waiting).changes.map(({object}) => object.metadata.name),
    ['meanwhile'],
  )
})

test('what is written while the server is away arrives when it is back', async t => {
  const {client, create, get, cut, door, place} = await httpWorld(t)
  const created = (await create(pod('a'))) as ReturnType<typeof pod>
  const doomed = (await create(pod('b'))) as ReturnType<typeof pod>
  await client.list('Pod')
  await away(door, cut)
  const writes = [client.updateStatus(created, {phase: 'Pending'}), client.updateStatus(created, {phase: 'Running'})]
  const deletion = client.confirmDeletion(doomed)
  await back(door, place)
  await Promise.all([...writes, deletion])
  t.like(await get(created), {status: {phase: 'Running'}})
  t.is(await get(doomed), undefined)
})

test('an object that is followed is told again after the server was away, once', async t => {
  const {client, create, store, cut, door, place} = await httpWorld(t)
  const name = {namespace: 'default', name: 'settings'}
  const settings = {apiVersion: 'v1', kind: 'ConfigMap', metadata: name, data: {mode: 'light'}} as const
  await create(settings)
  const told: (string | undefined)[] = []
  const news = Promise.withResolvers<void>()
  const hear = (object: {data?: Readonly<Record<string, string>>} | undefined) => {
    told.push(object?.data?.mode)
    if (told.length === 2) news.resolve()
  }
  await client.follow('ConfigMap', name, hear, signal)
  await away(door, cut)
  store.update({...settings, data: {mode: 'dark'}})
  await back(door, place)
  await news.promise
  t.deepEqual(told, ['light', 'dark'])
})

test('a revision that the server has forgotten is an error, so that the agent lists again', async t => {
  const {client, create} = await httpWorld(t, {historyLimit: 2})
  for (let index = 0; index < 6; index++) await create(pod(`pod-${index}`))
  const error = await t.throwsAsync(client.changes(1, signal), {message: /too old resource version/})
  t.like(error, {name: 'ApiRefusal', status: 410})
  const {revision} = await client.list('Pod')
  await create(pod('new'))
  t.is((await client.changes(revision, signal)).changes.length, 1)
})

test("an agent is told of its own node's pods only", async t => {
  const {client, create} = await httpWorld(t, {node: 'node1'})
  const {revision} = await client.list('Pod')
  const other = pod('other')
  await create({...other, spec: {...other.spec, nodeName: 'node2'}})
  await create(pod('own'))
  t.deepEqual(
    (await client.changes(revision, signal)).changes.map(({object}) => object.metadata.name),
    ['own'],
  )
  t.deepEqual(
    (await client.list('Pod')).objects.map(({metadata}) => metadata.name),
    ['own'],
  )
})

test('a list of more than one page is whole', async t => {
  const {client, create, asked} = await httpWorld(t)
  for (let index = 0; index < 1100; index++) await create(pod(`pod-${index}`))
  t.is((await client.list('Pod')).objects.length, 1100)
  t.is(asked.filter(line => line.startsWith('GET /api/v1/pods?')).length, 3)
})

test('a client without a certificate is refused, in the words of the server', async t => {
  const {place} = await httpWorld(t)
  const stranger = connect({server: place.server, authority: authority.certificate})
  t.teardown(() => stranger.close())
  const list = httpClient({connection: stranger, after}).list('Pod')
  t.like(await t.throwsAsync(list), {name: 'ApiRefusal', status: 401, message: 'Unauthorized'})
})

test('a server of another authority is not spoken to', async t => {
  const {place} = await httpWorld(t)
  const other = connect({...place, authority: createAuthority('other', now).certificate})
  t.teardown(() => other.close())
  await t.throwsAsync(httpClient({connection: other, after}).list('Pod'), {message: /certificate/})
})

test('all that is asked for is the Kubernetes API of version 1', async t => {
  const {client, create, asked} = await httpWorld(t, {node: 'node1'})
  const created = (await create(pod('a'))) as ReturnType<typeof pod>
  const {revision} = await client.list('Pod')
  await client.updateStatus(created, {phase: 'Running'})
  await client.changes(revision, signal)
  await client.confirmDeletion(created)
  const plain = asked.map(line => line.replace(/\?.*/, ''))
  t.deepEqual([...new Set(plain)].sort(), [
    'DELETE /api/v1/namespaces/default/pods/a',
    'GET /api/v1/nodes',
    'GET /api/v1/pods',
    'GET /api/v1/services',
    'GET /apis/discovery.k8s.io/v1/endpointslices',
    'GET /apis/networking.k8s.io/v1/networkpolicies',
    'PATCH /api/v1/namespaces/default/pods/a/status',
  ])
})

test('for the sake of NetworkPolicies an agent is told of the pods of all nodes, and of Namespaces', async t => {
  const {client, create, asked} = await httpWorld(t, {node: 'node1'})
  const other = {...pod('b'), spec: {...pod('b').spec, nodeName: 'node2'}}
  await create(pod('a'))
  await create(other)
  const listed = await client.list('Pod', 'cluster')
  t.deepEqual(listed.objects.map(({metadata}) => metadata.name).sort(), ['a', 'b'])
  t.true((await client.list('Namespace', 'cluster')).objects.some(({metadata}) => metadata.name === 'default'))
  const narrow = client.changes(listed.revision, signal, 'node')
  await create(pod('c'))
  const first = await narrow
  await create({...other, metadata: {...other.metadata, name: 'd'}})
  await create({apiVersion: 'v1', kind: 'Namespace', metadata: {name: 'shop'}})
  const names: string[] = []
  let {revision} = first
  while (names.length < 2) {
    const found = await client.changes(revision, signal, 'cluster')
    names.push(...found.changes.map(({object}) => `${object.kind} ${object.metadata.name}`))
    revision = found.revision
  }
  t.deepEqual(names.sort(), ['Namespace shop', 'Pod d'])
  t.deepEqual(
    asked.filter(line => line.includes('/namespaces?')).map(line => line.includes('watch=true')),
    [false, true],
    'Namespaces are not watched for nothing',
  )
})

test('a node that may not read NetworkPolicies hears why, and all else goes on', async t => {
  const {connection, create, asked} = await httpWorld(t)
  const message = 'networkpolicies.networking.k8s.io is forbidden: User "system:node:node1" cannot list resource'
  const call: typeof connection.call = async question => {
    if (question.path.includes('networkpolicies')) throw new ApiRefusal(403, message)
    return connection.call(question)
  }
  const client = httpClient({connection: {...connection, call}, node: 'node1', after})
  t.teardown(() => client.close())
  t.deepEqual(await client.list('NetworkPolicy'), {revision: 0, objects: [], refused: message})
  const {revision} = await client.list('Pod')
  const waiting = client.changes(revision, signal)
  await create(pod('a'))
  t.deepEqual(
    (await waiting).changes.map(({object}) => object.metadata.name),
    ['a'],
  )
  t.false(asked.some(line => line.includes('networkpolicies')))
})
