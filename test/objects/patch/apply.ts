import test from 'ava'
import fc from 'fast-check'
import {parse} from 'yaml'
import {applyPatch} from '../../../src/objects/patch/apply/apply-patch.ts'
import {
  difference,
  type FieldSet,
  intersection,
  parseFields,
  printFields,
  printPaths,
  union,
} from '../../../src/objects/patch/apply/field-set.ts'
import {fieldsOf} from '../../../src/objects/patch/apply/fields-of.ts'
import {managedAfterUpdate} from '../../../src/objects/patch/apply/managed-after-update.ts'
import type {Json, JsonRecord} from '../../../src/objects/patch/json.ts'
import {PatchError} from '../../../src/objects/patch/patch-error.ts'
import {small} from './_schemas.ts'

const now = '2026-11-21T15:00:00Z'
const later = '2026-11-21T15:00:09Z'
const common = {schema: small, hasStatus: true, apiVersion: 'apps/v1', now, force: false}
const head = 'apiVersion: apps/v1, kind: Deployment'

function apply(
  live: JsonRecord | undefined,
  config: string,
  more: {manager?: string; force?: boolean; now?: string; subresource?: string} = {},
) {
  return applyPatch({...common, live, config: parse(config) as Json, manager: 'kubectl', ...more})
}

function applied(...[live, config, more]: Parameters<typeof apply>): JsonRecord {
  const result = apply(live, config, more)
  if ('conflicts' in result) throw result.conflicts
  return result.object
}

function created(object: string, manager = 'kubectl-client-side-apply'): JsonRecord {
  const after = parse(object) as JsonRecord
  const managedFields = managedAfterUpdate({...common, before: undefined, after, manager})
  return {...after, metadata: {...(after.metadata as JsonRecord), managedFields: managedFields as unknown as Json}}
}

function updated(
  before: JsonRecord,
  change: string,
  manager: string,
  more: {subresource?: string; now?: string} = {},
): JsonRecord {
  const after = {...before, ...(parse(change) as JsonRecord)}
  const managedFields = managedAfterUpdate({...common, before, after, manager, ...more})
  return {...after, metadata: {...(after.metadata as JsonRecord), managedFields: managedFields as unknown as Json}}
}

/** One line for each manager: who, how, which fields. */
function owners({metadata}: JsonRecord): readonly string[] {
  const entries = ((metadata as JsonRecord).managedFields ?? []) as readonly {
    manager: string
    operation: string
    subresource?: string
    fieldsV1: Json
  }[]
  return entries.map(
    ({manager, operation, subresource, fieldsV1}) =>
      `${manager} ${operation}${subresource ? ` ${subresource}` : ''}: ${printPaths(parseFields(fieldsV1)).join(' ')}`,
  )
}

test('a created object belongs to who created it, in the fields and the order of the API server', t => {
  const web = created(
    `{${head}, metadata: {name: web, uid: u, labels: {app: web}}, spec: {replicas: 1, containers: [{name: web, image: nginx, ports: [{containerPort: 80, protocol: TCP}]}]}}`,
    'kubectl-create',
  )
  t.deepEqual((web.metadata as JsonRecord).managedFields, [
    {
      manager: 'kubectl-create',
      operation: 'Update',
      apiVersion: 'apps/v1',
      time: now,
      fieldsType: 'FieldsV1',
      fieldsV1: {
        'f:metadata': {'f:labels': {'.': {}, 'f:app': {}}},
        'f:spec': {
          'f:containers': {
            'k:{"name":"web"}': {
              '.': {},
              'f:image': {},
              'f:name': {},
              'f:ports': {
                '.': {},
                'k:{"containerPort":80,"protocol":"TCP"}': {'.': {}, 'f:containerPort': {}, 'f:protocol': {}},
              },
            },
          },
          'f:replicas': {},
        },
      },
    },
  ] as never)
})

test('who changes a field takes it over, who takes it away takes it from all', t => {
  const web = created(`{${head}, metadata: {name: web}, spec: {replicas: 1, nodeSelector: {a: b}, free: {x: 1, y: 1}}}`)
  t.deepEqual(owners(updated(web, '{spec: {replicas: 2, nodeSelector: {a: b}, free: {x: 1}}}', 'kubectl-scale')), [
    'kubectl-client-side-apply Update: .spec.free .spec.nodeSelector .spec.free.x',
    'kubectl-scale Update: .spec.replicas',
  ])
})

test('a change of nothing leaves managers and times alone; a second change is the same entry', t => {
  const web = created(`{${head}, metadata: {name: web}, spec: {replicas: 1}}`)
  t.deepEqual(updated(web, '{}', 'other', {now: later}), web)
  const twice = updated(updated(web, '{spec: {replicas: 2}}', 'edit'), '{spec: {replicas: 2, free: 1}}', 'edit', {
    now: later,
  })
  t.deepEqual(owners(twice), ['edit Update: .spec.free .spec.replicas'])
  t.is((twice.metadata as {managedFields?: readonly {time: string}[]}).managedFields?.[0]?.time, later)
})

test('a status belongs to who writes the subresource, and to nobody else', t => {
  const web = created(`{${head}, metadata: {name: web}, spec: {replicas: 1}, status: {phase: X}}`)
  t.deepEqual(
    owners(updated(web, '{spec: {replicas: 5}, status: {phase: Y}}', 'controller', {subresource: 'status'})),
    ['kubectl-client-side-apply Update: .spec.replicas', 'controller Update status: .status.phase']
      .toSorted((a, b) => (a < b ? 1 : -1))
      .toSorted(),
  )
})

test('to apply what is not there creates it, and owns what the configuration says alone', t => {
  const web = applied(undefined, `{${head}, metadata: {name: web, labels: {app: web}}, spec: {replicas: 3}}`)
  t.deepEqual(web.spec, {replicas: 3})
  t.deepEqual(owners(web), ['kubectl Apply: .metadata.labels.app .spec.replicas'])
})

test('the same configuration again changes nothing, not even a time', t => {
  const config = `{${head}, metadata: {name: web}, spec: {replicas: 3, containers: [{name: a, image: x}]}}`
  const web = applied(undefined, config)
  t.deepEqual(applied(web, config, {now: later}), web)
})

test('a field that is applied no more goes, with what was in it', t => {
  const web = applied(
    undefined,
    `{${head}, metadata: {name: web, labels: {a: x, b: y}}, spec: {replicas: 3, containers: [{name: a, image: x}, {name: b, image: y}]}}`,
  )
  const after = applied(web, `{${head}, metadata: {name: web, labels: {b: y}}, spec: {containers: [{name: b}]}}`)
  t.deepEqual(after.spec, {containers: [{name: 'b'}]})
  t.deepEqual((after.metadata as JsonRecord).labels, {b: 'y'})
})

test('a field that another manager owns too stays', t => {
  const web = applied(undefined, `{${head}, metadata: {name: web}, spec: {replicas: 3, free: 1}}`)
  const shared = applied(web, `{${head}, metadata: {name: web}, spec: {replicas: 3}}`, {manager: 'ci'})
  t.deepEqual(owners(shared), ['ci Apply: .spec.replicas', 'kubectl Apply: .spec.free .spec.replicas'])
  const after = applied(shared, `{${head}, metadata: {name: web}, spec: {free: 1}}`)
  t.deepEqual(after.spec, {replicas: 3, free: 1})
  t.deepEqual(owners(after), ['ci Apply: .spec.replicas', 'kubectl Apply: .spec.free'])
})

test('another value than its owner gave is a conflict, in the words of the API server', t => {
  const web = created(`{${head}, metadata: {name: web}, spec: {replicas: 1, containers: [{name: web, image: nginx}]}}`)
  const one = apply(web, `{${head}, metadata: {name: web}, spec: {replicas: 2}}`)
  if (!('conflicts' in one)) return t.fail('no conflict')
  t.is(
    one.conflicts.message,
    'Apply failed with 1 conflict: conflict with "kubectl-client-side-apply" using apps/v1: .spec.replicas',
  )
  t.is(one.conflicts.status, 409)
  t.deepEqual(one.conflicts.causes, [
    {
      reason: 'FieldManagerConflict',
      message: 'conflict with "kubectl-client-side-apply" using apps/v1',
      field: '.spec.replicas',
    },
  ])
  const two = apply(web, `{${head}, metadata: {name: web}, spec: {replicas: 2, containers: [{name: web, image: x}]}}`)
  t.is(
    'conflicts' in two && two.conflicts.message,
    'Apply failed with 2 conflicts: conflicts with "kubectl-client-side-apply" using apps/v1:\n- .spec.replicas\n- .spec.containers[name="web"].image',
  )
})

test('force takes the field from its owner', t => {
  const web = created(`{${head}, metadata: {name: web}, spec: {replicas: 1, free: 1}}`)
  const forced = applied(web, `{${head}, metadata: {name: web}, spec: {replicas: 2}}`, {force: true})
  t.deepEqual(owners(forced), ['kubectl Apply: .spec.replicas', 'kubectl-client-side-apply Update: .spec.free'])
})

test('who comes from client-side apply has no conflict with himself', t => {
  const last = JSON.stringify({apiVersion: 'apps/v1', kind: 'Deployment', metadata: {name: 'web'}, spec: {replicas: 1}})
  const web = created(
    `{${head}, metadata: {name: web, annotations: {kubectl.kubernetes.io/last-applied-configuration: '${last}'}}, spec: {replicas: 1}}`,
  )
  const config = `{${head}, metadata: {name: web}, spec: {replicas: 2}}`
  t.deepEqual(applied(web, config).spec, {replicas: 2})
  t.true('conflicts' in apply(web, config, {manager: 'ci'}))
  t.true('conflicts' in apply(updated(web, '{spec: {replicas: 7}}', 'scale'), config))
})

test('what nobody managed before belongs to before-first-apply', t => {
  const old = {apiVersion: 'apps/v1', kind: 'Deployment', metadata: {name: 'web'}, spec: {replicas: 1, free: 2}}
  const web = applied(old, `{${head}, metadata: {name: web}, spec: {replicas: 1}}`)
  t.deepEqual(owners(web), ['kubectl Apply: .spec.replicas', 'before-first-apply Update: .spec.free .spec.replicas'])
})

test('the order of a configuration holds for its items, the others stay between them', t => {
  const web = created(`{${head}, metadata: {name: web}, spec: {containers: [{name: a}, {name: x}, {name: b}]}}`)
  const after = applied(web, `{${head}, metadata: {name: web}, spec: {containers: [{name: b}, {name: c}, {name: a}]}}`)
  t.deepEqual(after.spec, {containers: [{name: 'x'}, {name: 'b'}, {name: 'c'}, {name: 'a'}]})
})

test('[{}] empties the list of managers, nonsense is not believed', t => {
  const web = created(`{${head}, metadata: {name: web}, spec: {replicas: 1}}`)
  const list = (managedFields: string) =>
    owners(updated(web, `{metadata: {name: web, managedFields: ${managedFields}}}`, 'x'))
  t.deepEqual(list('[{}]'), [])
  for (const nonsense of [
    '[]',
    '3',
    '[3]',
    '[{manager: a}]',
    '[{manager: a, operation: Eat, apiVersion: v1, fieldsType: FieldsV1}]',
    '[{manager: a, operation: Apply, apiVersion: v1, fieldsType: FieldsV1, fieldsV1: {x: 1}}]',
  ])
    t.deepEqual(list(nonsense), owners(web), nonsense)
})

for (const [config, message] of [
  ['[]', 'error decoding YAML: expected a mapping'],
  ['{apiVersion: v1}', 'Incorrect version specified in apply patch. Specified patch version: v1, expected: apps/v1'],
  [`{${head}, metadata: {managedFields: []}}`, 'metadata.managedFields must be nil'],
  [`{${head}, spec: {containers: [{name: a}, {name: a}]}}`, '.containers: duplicate entries for key {"name":"a"}'],
  [`{${head}, spec: {containers: [3]}}`, 'associative list with keys may not have non-map elements'],
  [
    `{${head}, spec: {containers: [{image: a}]}}`,
    'associative list with keys has an element that omits key field "name" (and doesn\'t have default value)',
  ],
] as const)
  test(`refused: ${config}`, t => {
    t.throws(() => apply(undefined, config), {instanceOf: PatchError, message})
  })

const step = fc.constantFrom(
  'f:a',
  'f:b',
  'f:spec',
  'k:{"name":"a"}',
  'k:{"containerPort":80,"protocol":"TCP"}',
  'v:"x"',
  'v:10',
  'v:9',
  'i:0',
)
const steps = fc.oneof({weight: 6, arbitrary: step}, {weight: 1, arbitrary: fc.constant('.')})
const leaf: fc.Arbitrary<JsonRecord> = fc.dictionary(steps, fc.constant({}), {maxKeys: 3, noNullPrototype: true})
const branch = fc.dictionary(steps, leaf, {maxKeys: 3, noNullPrototype: true})
const fields: fc.Arbitrary<JsonRecord> = fc.dictionary(steps, branch, {maxKeys: 4, noNullPrototype: true})
const set = fields.map(made => parseFields(made)).filter(made => made.size > 0)
const same = (a: FieldSet, b: FieldSet) => JSON.stringify(printFields(a)) === JSON.stringify(printFields(b))

test('fields that are printed and read again are the same', t => {
  fc.assert(fc.property(set, a => t.true(same(parseFields(printFields(a)), a))))
  t.deepEqual(Object.keys(printFields(parseFields({'v:10': {}, 'i:0': {}, 'v:9': {}, 'f:z': {}, 'f:a': {}}))), [
    'f:a',
    'f:z',
    'v:9',
    'v:10',
    'i:0',
  ])
})

test('fields obey the laws of sets', t => {
  fc.assert(
    fc.property(set, set, set, (a, b, c) => {
      t.true(same(union(a, b), union(b, a)))
      t.true(same(union(a, union(b, c)), union(union(a, b), c)))
      t.true(same(intersection(a, union(b, c)), union(intersection(a, b), intersection(a, c))))
      t.true(same(union(difference(a, b), intersection(a, b)), a))
      t.is(difference(a, a).size, 0)
      t.is(intersection(difference(a, b), b).size, 0)
    }),
  )
})

const name = fc.constantFrom('a', 'b', 'c')
const container = fc.record(
  {name, image: name, env: fc.uniqueArray(fc.record({name, value: name}), {selector: item => item.name})},
  {requiredKeys: ['name']},
)
const spec = fc.record(
  {
    replicas: fc.nat(3),
    nodeSelector: fc.dictionary(name, name),
    free: fc.jsonValue({maxDepth: 2, noUnicodeString: true} as never),
    containers: fc.uniqueArray(container, {selector: item => item.name}),
  },
  {requiredKeys: []},
)
const config = spec.map(
  made =>
    JSON.parse(
      JSON.stringify({apiVersion: 'apps/v1', kind: 'Deployment', metadata: {name: 'web'}, spec: made}),
    ) as JsonRecord,
)

test('who applies twice changes nothing; who applies something else and is alone has just that', t => {
  fc.assert(
    fc.property(config, config, (first, second) => {
      const go = (live: JsonRecord | undefined, wanted: JsonRecord, time = now) => {
        const result = applyPatch({...common, live, config: wanted, manager: 'm', now: time})
        if ('conflicts' in result) throw result.conflicts
        return result.object
      }
      const one = go(undefined, first)
      t.deepEqual(go(one, first, later), one)
      const two = go(one, second)
      t.true(same(fieldsOf(go(two, second) as JsonRecord, small), fieldsOf(two, small)))
      for (const container of ((second.spec as JsonRecord).containers ?? []) as readonly JsonRecord[])
        t.true(((two.spec as JsonRecord).containers as readonly JsonRecord[]).some(({name}) => name === container.name))
    }),
  )
})
