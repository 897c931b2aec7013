import test, {type ExecutionContext} from 'ava'
import fc, {type Arbitrary} from 'fast-check'
import {type KindName, kinds} from '../../src/objects/kinds.ts'
import {podNamed, podsPath, type Read, testApi} from './_api.ts'
import {type Manifest, manifests, pathsIn, replacedAt} from './_manifests.ts'

/*
 * Whatever is sent, what comes back is what was asked for or a Status that says why not, with its own code; and never one of the mistakes that
 * nobody thought of (`Internal error occurred`).
 */
function fault({status, body, text}: Read): string | undefined {
  if (status < 300) return undefined
  const {kind, code, message, status: said} = body ?? {}
  if (kind !== 'Status' || said !== 'Failure' || code !== status) return `${status} ${text}`
  return typeof message !== 'string' || /^Internal error/.test(message) ? text : undefined
}

const web = podNamed('web')
const world = async () => {
  const {ask, store} = testApi()
  await ask('POST', podsPath, {body: web})
  return {ask, store}
}

async function holds<T>(
  t: ExecutionContext,
  arbitrary: Arbitrary<T>,
  send: (value: T, ask: Awaited<ReturnType<typeof world>>['ask']) => Promise<Read>,
) {
  const {ask} = await world()
  await fc.assert(
    fc.asyncProperty(arbitrary, async value => {
      const found = fault(await send(value, ask))
      if (found !== undefined) throw new Error(found)
    }),
    {numRuns: Number(process.env.PODLAB_FUZZ ?? 300)},
  )
  t.is((await ask('GET', podsPath)).status, 200)
}

/* Names that mean something, in places where they mean nothing, too. */
const names =
  'apiVersion kind metadata name namespace labels annotations finalizers ownerReferences managedFields uid spec'
const fields = `${names} containers image ports containerPort env volumes nodeName status conditions $patch $setElementOrder/containers __proto__ constructor`
const key = fc.constantFrom(...fields.split(' '))
const leaf: Arbitrary<unknown> = fc.oneof(
  fc.constantFrom('v1', 'Pod', 'web', 'default', 'delete', 'replace'),
  fc.jsonValue({maxDepth: 1}),
)
const {tree} = fc.letrec<{tree: unknown}>(tie => ({
  tree: fc.oneof(
    {maxDepth: 5},
    leaf,
    fc.array(tie('tree'), {maxLength: 3}),
    fc.array(fc.tuple(key, tie('tree')), {maxLength: 4}).map(entries => Object.fromEntries(entries)),
  ),
}))
const almostPod: Arbitrary<unknown> = fc.tuple(tree, tree, fc.boolean()).map(([metadata, spec, named]) => ({
  ...web,
  metadata: named && typeof metadata === 'object' ? {...web.metadata, ...metadata} : metadata,
  spec: typeof spec === 'object' && !Array.isArray(spec) ? {...web.spec, ...spec} : spec,
}))
const bytes = fc.uint8Array({maxLength: 200}).map(array => Buffer.from(array))

const sent = test.macro<[string, Arbitrary<unknown>, string?]>({
  exec: (t, type, body, method = 'POST') =>
    holds(t, body, (value, ask) =>
      ask(method, `${podsPath}${method === 'POST' ? '' : '/web'}?dryRun=All&fieldManager=me`, {
        body: value,
        headers: {'content-type': type},
      }),
    ),
  title: (what = '') => `${what} are accepted or refused with a Status`,
})

const patch = 'application/strategic-merge-patch+json'
test('objects of any shape', sent, 'application/json', fc.oneof(tree, almostPod))
test('objects in place of others', sent, 'application/json', fc.oneof(tree, almostPod), 'PUT')
test('bytes as JSON', sent, 'application/json', bytes)
test('bytes as YAML', sent, 'application/yaml', bytes)
test('texts as YAML', sent, 'application/yaml', fc.string({unit: fc.constantFrom(...'{}[]:-&*!|>\'"%@` \nab')}))
test('bytes as protobuf', sent, 'application/vnd.kubernetes.protobuf', bytes)
const enveloped = bytes.map(inner => Buffer.concat([Buffer.from('k8s\0\x0a\x09\x0a\x02v1\x12\x03Pod\x12'), inner]))
test('bytes in the envelope of a Pod', sent, 'application/vnd.kubernetes.protobuf', enveloped)
test('strategic merge patches of any shape', sent, patch, fc.oneof(tree, almostPod), 'PATCH')
test('merge patches of any shape', sent, 'application/merge-patch+json', fc.oneof(tree, almostPod), 'PATCH')
test('applied configurations of any shape', sent, 'application/apply-patch+yaml', fc.oneof(tree, almostPod), 'PATCH')

const pointer = fc
  .array(fc.oneof(key, fc.constantFrom('0', '-', '7', '~1', '~')), {maxLength: 4})
  .map(parts => `/${parts.join('/')}`)
const operation = fc.record(
  {
    op: fc.constantFrom('add', 'remove', 'replace', 'move', 'copy', 'test', 'frob'),
    path: pointer,
    from: pointer,
    value: tree,
  },
  {requiredKeys: ['op']},
)
test('JSON patches of any steps', sent, 'application/json-patch+json', fc.oneof(fc.array(operation), tree), 'PATCH')

const word = fc.oneof(
  fc.string({maxLength: 12}),
  fc.constantFrom(
    'true',
    '0',
    '-1',
    '1',
    '999999999',
    'All',
    'Strict',
    'Exact',
    'NotOlderThan',
    'metadata.name=web',
    'app in (a,b)',
    '!app',
  ),
)
const parameter = fc.constantFrom(
  ...'limit continue resourceVersion resourceVersionMatch labelSelector fieldSelector includeObject timeoutSeconds dryRun'.split(
    ' ',
  ),
  ...'fieldValidation fieldManager gracePeriodSeconds propagationPolicy sendInitialEvents allowWatchBookmarks force pretty'.split(
    ' ',
  ),
)
const query = fc.array(fc.tuple(parameter, word), {maxLength: 4}).map(pairs => `${new URLSearchParams(pairs)}`)

test('queries of any words are answered or refused with a Status', t =>
  holds(t, fc.tuple(fc.constantFrom('GET', 'DELETE'), query), ([method, words], ask) =>
    ask(method, `${podsPath}?dryRun=All&${words}`),
  ))

test('headers of any words are answered or refused with a Status', t =>
  holds(
    t,
    fc.tuple(
      fc.constantFrom('accept', 'content-type', 'impersonate-user', 'impersonate-group', 'user-agent'),
      fc.string(),
    ),
    ([name, value], ask) => ask('POST', `${podsPath}?dryRun=All`, {headers: {[name]: value}, body: podNamed('other')}),
  ))

const step = fc.oneof(
  fc.constantFrom(
    'api',
    'apis',
    'v1',
    'apps',
    'namespaces',
    'default',
    'pods',
    'web',
    'status',
    'log',
    'watch',
    'openapi',
    'v3',
  ),
  fc.string({maxLength: 6}),
  fc.constantFrom('%', '%ff', '..', '%2e%2e', '%00', '//'),
)
test('paths of any words are answered or refused with a Status', t =>
  holds(
    t,
    fc.tuple(fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'FROB'), fc.array(step, {maxLength: 7})),
    ([method, steps], ask) =>
      ask(method, `/${steps.join('/')}?timeoutSeconds=1&dryRun=All`.replace('//', '/'), {body: '{}'}),
  ))

const manifestChanged = fc.constantFrom(...manifests).chain(manifest => {
  const odd = fc.oneof(fc.constantFrom(null, '', 'x', -1, 0, 1.5, 1e20, true, [], {}, [null], [''], {'': null}), tree)
  return fc
    .tuple(fc.constantFrom(...pathsIn(manifest)), odd)
    .map(([path, value]) => ({manifest, changed: replacedAt(manifest, path, value)}))
})

function collectionOf({apiVersion, kind}: Manifest): string {
  const {namespaced, plural} = kinds[kind as KindName]
  const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
  return `${group}${namespaced ? '/namespaces/default' : ''}/${plural}`
}

test('objects of every kind with one part replaced are accepted, and shown, or refused with a Status', t =>
  holds(t, manifestChanged, async ({manifest, changed}, ask) => {
    const path = `${collectionOf(manifest)}?dryRun=All`
    const created = await ask('POST', path, {body: changed})
    const headers = {accept: 'application/json;as=Table;v=v1;g=meta.k8s.io'}
    return created.status < 300 ? ask('POST', path, {body: changed, headers}) : created
  }))

test('the objects of every kind are accepted as they are', async t => {
  const {ask} = testApi()
  for (const manifest of manifests) {
    const {status, text} = await ask('POST', `${collectionOf(manifest)}?fieldValidation=Strict`, {body: manifest})
    t.is(status, 201, text)
  }
})

test('an answer that nobody meant to give would be found', t => {
  const answer = (status: number, body: unknown) => ({status, body, text: JSON.stringify(body)})
  const good = {kind: 'Status', status: 'Failure', code: 400, message: 'no'}
  t.is(fault(answer(400, good)), undefined)
  t.truthy(fault(answer(500, good)))
  t.truthy(fault(answer(400, {error: 'no'})))
  t.truthy(fault(answer(400, {...good, message: 'Internal error occurred: Cannot read properties of undefined'})))
})
