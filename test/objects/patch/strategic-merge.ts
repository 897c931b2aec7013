import test from 'ava'
import {parse} from 'yaml'
import {kinds} from '../../../src/objects/kinds.ts'
import type {Json, JsonRecord} from '../../../src/objects/patch/json.ts'
import {PatchError} from '../../../src/objects/patch/patch-error.ts'
import {strategicMerge} from '../../../src/objects/patch/strategic-merge.ts'
import {record} from '../../../src/objects/schema.ts'
import {small} from './_schemas.ts'

const merges = test.macro({
  exec: (t, _: string, before: string, patch: string, after: string) => {
    t.deepEqual(merge(before, patch), parse(after))
  },
  title: (_, title) => String(title),
})

const refuses = test.macro({
  exec: (t, before: string, patch: string, message: string) => {
    const error = t.throws(() => merge(before, patch), {instanceOf: PatchError})
    t.is(error.message, message)
    t.is(error.status, 400)
  },
  title: (_, __, patch) => `refused: ${patch}`,
})

/** The spec after a patch of the spec. */
function merge(before: string, patch: string): Json | undefined {
  return strategicMerge({spec: parse(before)}, {spec: parse(patch) as Json}, small).spec
}

test(
  merges,
  'mappings merge, null takes away',
  '{replicas: 1, free: {a: 1, b: 2}}',
  '{replicas: null, free: {a: 3, c: 4}}',
  '{free: {a: 3, b: 2, c: 4}}',
)
test(
  merges,
  'a null in a new mapping is no field',
  '{}',
  '{free: {a: null, b: {c: null, d: 1}}}',
  '{free: {b: {d: 1}}}',
)
test(
  merges,
  'items of the same name merge in place',
  '{containers: [{name: a, image: x}]}',
  '{containers: [{name: a, args: [y]}]}',
  '{containers: [{name: a, image: x, args: [y]}]}',
)
test(
  merges,
  'without an order, new items go first',
  '{containers: [{name: a}]}',
  '{containers: [{name: b}]}',
  '{containers: [{name: b}, {name: a}]}',
)
test(
  merges,
  'without an order, the order of the patch leads',
  '{containers: [{name: a}, {name: b}, {name: c}]}',
  '{containers: [{name: c}, {name: a}]}',
  '{containers: [{name: b}, {name: c}, {name: a}]}',
)
test(
  merges,
  'a list without merge key is replaced',
  '{tolerations: [{key: a}, {key: b}]}',
  '{tolerations: [{key: c}]}',
  '{tolerations: [{key: c}]}',
)
test(
  merges,
  'a list of a list is replaced when it has no key',
  '{containers: [{name: a, args: [x, y]}]}',
  '{containers: [{name: a, args: [z]}]}',
  '{containers: [{name: a, args: [z]}]}',
)
test(
  merges,
  'an item leaves by its key',
  '{containers: [{name: a}, {name: b}]}',
  '{containers: [{name: a, $patch: delete}]}',
  '{containers: [{name: b}]}',
)
test(
  merges,
  'to delete an item that is not there changes nothing',
  '{containers: [{name: a}]}',
  '{containers: [{name: z, $patch: delete}]}',
  '{containers: [{name: a}]}',
)
test(
  merges,
  'a whole list is replaced',
  '{containers: [{name: a}, {name: b}]}',
  '{containers: [{$patch: replace}, {name: c}]}',
  '{containers: [{name: c}]}',
)
test(merges, 'a mapping is replaced', '{free: {a: 1}}', '{free: {$patch: replace, b: 2}}', '{free: {b: 2}}')
test(
  merges,
  'a deleted map is gone',
  '{nodeSelector: {a: b}, replicas: 1}',
  '{nodeSelector: {$patch: delete}}',
  '{replicas: 1}',
)
test(merges, 'a deleted mapping is empty', '{free: {a: 1}}', '{free: {$patch: delete}}', '{free: {}}')
test(
  merges,
  'an order for what is not there makes nothing',
  '{}',
  '{nodeSelector: {$patch: delete}, $deleteFromPrimitiveList/tolerations: [x]}',
  '{}',
)
test(
  merges,
  'the two protocols of one port share the merge key',
  '{containers: [{name: a, ports: [{containerPort: 53, protocol: TCP}, {containerPort: 53, protocol: UDP}]}]}',
  '{containers: [{name: a, ports: [{containerPort: 53, name: dns}]}]}',
  '{containers: [{name: a, ports: [{containerPort: 53, protocol: TCP, name: dns}, {containerPort: 53, protocol: UDP}]}]}',
)
test(
  merges,
  'scalars leave a list',
  '{containers: [{name: a, args: [x, y, x]}]}',
  '{containers: [{name: a, $deleteFromPrimitiveList/args: [x]}]}',
  '{containers: [{name: a, args: [y]}]}',
)
test(
  merges,
  'the named keys alone stay',
  '{strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 1}}}',
  '{strategy: {$retainKeys: [type], type: Recreate}}',
  '{strategy: {type: Recreate}}',
)
test(
  merges,
  'no order reaches a new object',
  '{}',
  '{strategy: {$retainKeys: [type], type: Recreate}, containers: [{name: a, $setElementOrder/env: [], env: [{name: x, $patch: delete}]}]}',
  '{strategy: {type: Recreate}, containers: [{name: a, env: []}]}',
)
test(
  merges,
  'a given order holds, and what it does not name keeps its place',
  '{containers: [{name: a}, {name: s}, {name: b}]}',
  '{$setElementOrder/containers: [{name: b}, {name: new}, {name: a}], containers: [{name: new}]}',
  '{containers: [{name: s}, {name: b}, {name: new}, {name: a}]}',
)
test(
  merges,
  'an order alone reorders',
  '{containers: [{name: a}, {name: b}]}',
  '{$setElementOrder/containers: [{name: b}, {name: a}]}',
  '{containers: [{name: b}, {name: a}]}',
)
test(
  merges,
  'a key that the schema does not know merges as a mapping',
  '{other: {a: {b: 1}}}',
  '{other: {a: {c: 2}}}',
  '{other: {a: {b: 1, c: 2}}}',
)
test(merges, 'another type replaces', '{free: {a: 1}}', '{free: [1]}', '{free: [1]}')

test(
  refuses,
  '{free: {a: 1}}',
  '{free: {$patch: merge, b: 1}}',
  'unknown patch type: merge in map: map[$patch:merge b:1]',
)
test(
  refuses,
  '{containers: [{name: a}]}',
  '{containers: [{name: a, $patch: merge}]}',
  'merging lists cannot yet be specified in the patch',
)
test(
  refuses,
  '{containers: [{name: a}]}',
  '{containers: [{name: a, $patch: no}]}',
  'unknown patch type: no in map: map[$patch:no name:a]',
)
test(
  refuses,
  '{containers: [{name: a}]}',
  '{containers: [{image: x}]}',
  'map: map[image:x] does not contain declared merge key: name',
)
test(
  refuses,
  '{containers: [{name: a}]}',
  '{containers: [{$patch: delete}]}',
  'map: map[$patch:delete] does not contain declared merge key: name',
)
test(refuses, '{containers: [{name: a}]}', '{containers: [3]}', 'expected a map, but received another type')
test(refuses, '{containers: [{name: a}]}', '{containers: [[]]}', 'lists of lists are not supported')
test(
  refuses,
  '{strategy: {}}',
  '{strategy: {$retainKeys: [type], rollingUpdate: {}}}',
  "patch content doesn't match retainKeys list",
)
test(refuses, '{strategy: {}}', '{strategy: {$retainKeys: type}}', 'invalid patch format of retainKeys')
test(refuses, '{containers: []}', '{$setElementOrder/containers: 3}', 'invalid patch format of setElementOrder list')
test(
  refuses,
  '{containers: [{name: a}]}',
  '{$deleteFromPrimitiveList/containers: 3}',
  'invalid patch format of primitive list',
)
test(
  refuses,
  '{}',
  '{$setElementOrder/containers: [{name: a}], containers: [{name: b}]}',
  "The order in patch list:\n[map[name:b]]\n doesn't match $setElementOrder list:\n[map[name:a]]\n",
)

test('a Pod of kubectl merges its containers by name, a Service its ports by number', t => {
  const pod = strategicMerge(
    parse('{spec: {containers: [{name: web, image: nginx:1}, {name: log, image: busybox}]}}') as JsonRecord,
    parse(
      '{spec: {$setElementOrder/containers: [{name: web}, {name: log}], containers: [{name: web, image: nginx:2}]}}',
    ) as Json,
    record(kinds.Pod.fields),
  )
  t.deepEqual(pod, parse('{spec: {containers: [{name: web, image: nginx:2}, {name: log, image: busybox}]}}'))
  const service = strategicMerge(
    parse('{spec: {ports: [{port: 80, targetPort: 8080}]}}') as JsonRecord,
    parse('{spec: {ports: [{port: 80, nodePort: 30080}, {port: 443}]}}') as Json,
    record(kinds.Service.fields),
  )
  t.deepEqual(service, parse('{spec: {ports: [{port: 80, targetPort: 8080, nodePort: 30080}, {port: 443}]}}'))
})
