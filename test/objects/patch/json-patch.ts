import test from 'ava'
import fc from 'fast-check'
import {applyPatch, createPatch} from 'rfc6902'
import {type Json, type JsonRecord, parsePatch} from '../../../src/objects/patch/json.ts'
import {jsonPatch} from '../../../src/objects/patch/json-patch.ts'
import {mergePatch} from '../../../src/objects/patch/merge-patch.ts'
import {PatchError} from '../../../src/objects/patch/patch-error.ts'
import {strategicMerge} from '../../../src/objects/patch/strategic-merge.ts'
import {small} from './_schemas.ts'

const patches = test.macro({
  exec: (t, before: string, patch: string, after: string) => {
    t.deepEqual(jsonPatch(JSON.parse(before), parsePatch(patch)), JSON.parse(after))
  },
  title: (_, before, patch) => `${patch} changes ${before}`,
})

const refuses = test.macro({
  exec: (t, patch: string, status: number, message: string) => {
    const error = t.throws(() => jsonPatch({a: {b: 1}, l: [1, 2]}, parsePatch(patch)), {instanceOf: PatchError})
    t.is(error.status, status as never)
    t.is(error.detail ?? error.message, message)
    if (status === 422) t.is(error.message, 'the server rejected our request due to an error in our request')
  },
  title: (_, patch) => `refused: ${patch}`,
})

test(patches, '{}', '[{"op":"add","path":"/a","value":1}]', '{"a":1}')
test(
  patches,
  '{"l":[1,3]}',
  '[{"op":"add","path":"/l/1","value":2},{"op":"add","path":"/l/-","value":4}]',
  '{"l":[1,2,3,4]}',
)
test(patches, '{"l":[1,2]}', '[{"op":"remove","path":"/l/0"}]', '{"l":[2]}')
test(patches, '{"a~/b":1}', '[{"op":"replace","path":"/a~0~1b","value":{"c":2}}]', '{"a~/b":{"c":2}}')
test(
  patches,
  '{"a":{"b":1}}',
  '[{"op":"move","from":"/a/b","path":"/c"},{"op":"copy","from":"/c","path":"/d"}]',
  '{"a":{},"c":1,"d":1}',
)
test(
  patches,
  '{"a":[{"b":1}]}',
  '[{"op":"test","path":"/a","value":[{"b":1}]},{"op":"test","path":"/none","value":null}]',
  '{"a":[{"b":1}]}',
)
test(patches, '{"data":{"constructor":"x"}}', '[{"op":"remove","path":"/data/constructor"}]', '{"data":{}}')

test(refuses, '{', 400, 'unexpected end of JSON input')
test(refuses, 'x', 400, "invalid character 'x' looking for beginning of value")
test(refuses, '{}', 400, 'json: cannot unmarshal object into Go value of type jsonpatch.Patch')
test(refuses, '[3]', 400, 'json: cannot unmarshal number into Go value of type jsonpatch.Operation')
test(
  refuses,
  '[{"op":"replace","path":"/c","value":1}]',
  422,
  'replace operation does not apply: doc is missing path: /c: missing value',
)
test(
  refuses,
  '[{"op":"remove","path":"/c"}]',
  422,
  'remove operation does not apply: doc is missing path: /c: missing value',
)
test(
  refuses,
  '[{"op":"add","path":"/c/d","value":1}]',
  422,
  'add operation does not apply: doc is missing path: /c/d: missing value',
)
test(
  refuses,
  '[{"op":"add","path":"/l/3","value":1}]',
  422,
  'add operation does not apply: Unable to access invalid index: 3',
)
test(
  refuses,
  '[{"op":"remove","path":"/l/length"}]',
  422,
  'remove operation does not apply: doc is missing path: /l/length: missing value',
)
test(refuses, '[{"op":"test","path":"/a/b","value":2}]', 422, 'testing value /a/b failed: test failed')
test(refuses, '[{"op":"fly","path":"/a"}]', 422, 'Unexpected kind: fly')
test(refuses, '[{"path":"/a"}]', 422, 'Unexpected kind: unknown')
test(refuses, '[{"op":"add","path":"/a"}]', 422, 'add operation for path /a has no value')
test(
  refuses,
  '[{"op":"move","from":"/a","path":"/a/b"}]',
  422,
  'move operation does not apply: doc is missing path: /a/b: missing value',
)
test(refuses, '[{"op":"replace","path":"","value":[]}]', 422, 'the patch leaves no object')
test(
  refuses,
  '[{"op":"remove","path":"/toString"}]',
  422,
  'remove operation does not apply: doc is missing path: /toString: missing value',
)

test('a merge patch merges mappings, replaces lists and takes nulls away', t => {
  const after = mergePatch({a: {b: 1, c: [1]}, d: 1}, {a: {b: null, c: [2]}, e: {f: null, g: 1}})
  t.deepEqual(after, {a: {c: [2]}, d: 1, e: {g: 1}})
  t.throws(() => mergePatch({}, [1]), {instanceOf: PatchError})
})

/** No -0, which JSON.stringify loses, and no `__proto__`, which the library takes amiss. */
const value = fc.jsonValue({maxDepth: 3}).map(made => JSON.parse(JSON.stringify(made)))
const record = fc.dictionary(fc.constantFrom('a', 'b', 'metadata', 'spec'), value, {noNullPrototype: true})

test('a patch made from the difference leads there, as the rfc6902 library agrees', t => {
  fc.assert(
    fc.property(record, record, (before, after) => {
      const patch = createPatch(before, after)
      const copy = structuredClone(before)
      fc.pre(applyPatch(copy, patch).every(error => error === null))
      t.deepEqual(jsonPatch(before, patch as unknown as Json), copy)
    }),
  )
})

test('whatever a patch says, it is applied or refused with a PatchError, and leaves its object and all others alone', t => {
  const directive = fc.constantFrom(
    '__proto__',
    'constructor',
    '$patch',
    '$retainKeys',
    '$setElementOrder/containers',
    'spec',
    'containers',
    'name',
  )
  const tree = fc.letrec(tie => ({
    tree: fc.oneof(
      {maxDepth: 5},
      fc.constantFrom<Json>('delete', 'replace', 'a', 1, null),
      fc.array(tie('tree'), {maxLength: 3}),
      fc.dictionary(directive, tie('tree'), {maxKeys: 4}),
    ),
  })).tree as fc.Arbitrary<Json>
  const object = {spec: {containers: [{name: 'a'}]}} satisfies JsonRecord
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json(),
        tree.map(made => JSON.stringify(made)),
      ),
      text => {
        for (const apply of [
          jsonPatch,
          mergePatch,
          (before: JsonRecord, patch: Json) => strategicMerge(before, patch, small),
        ])
          try {
            t.is(Object.getPrototypeOf(apply(object, parsePatch(text))), Object.prototype)
          } catch (error) {
            if (!(error instanceof PatchError)) throw error
          }
        t.deepEqual(object, {spec: {containers: [{name: 'a'}]}})
        t.deepEqual(Object.keys(Object.prototype), [])
      },
    ),
    {numRuns: 2000},
  )
})

test('a key named __proto__ is a key and no prototype', t => {
  const text = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'
  for (const after of [
    mergePatch({}, parsePatch(text)),
    strategicMerge({}, parsePatch(text), small),
    jsonPatch({}, parsePatch(`[{"op":"add","path":"/__proto__","value":{"polluted":1}}]`)),
  ]) {
    t.true(Object.hasOwn(after, '__proto__'))
    t.is(({} as {polluted?: number}).polluted, undefined)
    t.is((after as {polluted?: number}).polluted, undefined)
  }
})

test('a patch that nests without end is refused, one of 3 MB is applied', t => {
  t.throws(() => parsePatch('['.repeat(1_000_000) + ']'.repeat(1_000_000)), {
    instanceOf: PatchError,
    message: 'exceeded max depth',
  })
  const containers = Array.from({length: 60_000}, (_, at) => ({name: `container-${at}`, image: 'luksa/kubia'}))
  const order = containers.map(({name}) => ({name}))
  const patch = parsePatch(JSON.stringify({spec: {containers, '$setElementOrder/containers': order}}))
  t.deepEqual(strategicMerge({spec: {containers: containers.toReversed()}}, patch, small), {
    spec: {containers},
  } as never)
  t.deepEqual(mergePatch({spec: {}}, parsePatch(JSON.stringify({spec: {containers}}))), {spec: {containers}} as never)
})

test('copies that double are refused before they fill the memory', t => {
  const patch = Array.from({length: 60}, (_, at) => ({op: 'copy', from: '', path: `/c${at}`}))
  const error = t.throws(() => jsonPatch({a: 'x'.repeat(100)}, patch), {instanceOf: PatchError})
  t.regex(error.detail ?? '', /exceeding the limit 3145728/)
})
