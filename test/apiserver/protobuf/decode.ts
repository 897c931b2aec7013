import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import test from 'ava'
import fc from 'fast-check'
import {decodeProtobuf, ProtobufError} from '../../../src/apiserver/protobuf/decode.ts'

/*
 * Random objects as k8s.io/api 0.32 wrote them, with the bytes and the JSON of each. JSON has zeros and empty lists where the wire has
 * nothing, or the other way about, so what is compared is what is not empty; and no zero may come out that JSON does not have.
 */
type Recorded = {readonly hex: string; readonly json: {readonly kind: string}}

const recorded: readonly Recorded[] = readFileSync(join(import.meta.dirname, '_recorded.jsonl'), 'utf8')
  .split('\n')
  .filter(Boolean)
  .map(line => JSON.parse(line))

for (const {hex, json} of recorded) {
  test(`a ${json.kind} that Go has written is read as its JSON`, t => {
    const object = decodeProtobuf(Buffer.from(hex, 'hex'))
    t.deepEqual(withoutEmpty(object), withoutEmpty(json))
    t.deepEqual(strangers(object, json, json.kind), [])
  })
}

test('the recorded objects are many and none is empty', t => {
  t.true(recorded.length > 20)
  t.true(recorded.every(({json}) => Object.keys(withoutEmpty(json) as object).length > 2))
})

const body = (text: string) => Buffer.concat([Buffer.from('k8s\0'), Buffer.from(text.replaceAll(' ', ''), 'hex')])

test('a namespace, byte by byte', t => {
  const typeMeta = '0a 0f 0a 02 7631 12 09 4e616d657370616365' // 1: {1: "v1", 2: "Namespace"}
  const raw = '12 06 0a 04 0a 02 6e73' // 2: {1: {1: "ns"}}
  t.deepEqual(decodeProtobuf(body(`${typeMeta} ${raw}`)), {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {name: 'ns'},
  })
})

test('a field that is not in the table is passed over', t => {
  const typeMeta = '0a 0f 0a 02 7631 12 09 4e616d657370616365'
  t.deepEqual(decodeProtobuf(body(`${typeMeta} 12 09 0a 04 0a 02 6e73 f8 07 01`)), {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {name: 'ns'},
  })
})

const refused = test.macro({
  title: (said: string | undefined) => `refused: ${said}`,
  exec(t, bytes: Uint8Array, message: RegExp) {
    t.throws(() => decodeProtobuf(bytes), {instanceOf: ProtobufError, message})
  },
})

test('nothing at all', refused, Buffer.alloc(0), /does not appear to be a protobuf message/)
test('JSON', refused, Buffer.from('{"kind":"Pod"}'), /expected prefix "k8s\\x00"/)
test('the prefix alone', refused, body(''), /no kind "" is registered for version ""/)
test(
  'a kind that is not there',
  refused,
  body('0a 09 0a 02 7631 12 03 466f6f'),
  /no kind "Foo" is registered for version "v1"/,
)
test(
  'a version that is not there',
  refused,
  body('0a 09 0a 02 7639 12 03 506f64'),
  /no kind "Pod" is registered for version "v9"/,
)
test('an end within a field', refused, body('0a 0f 0a 02 7631'), /cannot be decoded/)
test('a length past the end', refused, body('0a 09 0a 02 7631 12 03 506f64 12 ff ff ff ff 0f'), /cannot be decoded/)
test(
  'a number where a message belongs',
  refused,
  body('0a 09 0a 02 7631 12 03 506f64 12 02 08 05'),
  /a message was expected/,
)
test('a wire type that there is not', refused, body('0a 09 0a 02 7631 12 03 506f64 12 02 fb 07'), /cannot be decoded/)
test(
  'text where a number belongs',
  refused,
  body('0a 0d 0a 02 7631 12 07 53657276696365 12 06 12 04 0a 02 1a 00'),
  /wire type 2 in place of int/,
)

test('random bytes, and real ones with some changed, are read or refused and nothing else', t => {
  const real = recorded.map(({hex}) => Buffer.from(hex, 'hex'))
  const mutated = fc
    .tuple(fc.constantFrom(...real), fc.array(fc.tuple(fc.nat(2000), fc.nat(255)), {minLength: 1, maxLength: 8}))
    .map(([bytes, changes]) => {
      const copy = Buffer.from(bytes)
      for (const [at, to] of changes) copy[4 + (at % (copy.length - 4))] = to
      return copy
    })
  const random = fc.uint8Array({maxLength: 200}).map(bytes => Buffer.concat([Buffer.from('k8s\0'), bytes]))
  fc.assert(
    fc.property(fc.oneof(mutated, random), bytes => {
      try {
        const object = decodeProtobuf(bytes)
        return typeof object.kind === 'string'
      } catch (error) {
        return error instanceof ProtobufError
      }
    }),
    {numRuns: 20_000},
  )
  t.is(Object.getPrototypeOf({}), Object.prototype)
  t.false('polluted' in {})
})

test('a label may be called __proto__ and is a label like any other', t => {
  const withLabel = recorded.find(({json}) => JSON.stringify(json).includes('"__proto__":'))
  t.truthy(withLabel)
  t.true(JSON.stringify(decodeProtobuf(Buffer.from(withLabel?.hex ?? '', 'hex'))).includes('"__proto__":'))
})

function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, inner]) => [key, withoutEmpty(inner)] as const)
  return Object.fromEntries(entries.filter(([, inner]) => !isEmpty(inner)))
}

function isEmpty(value: unknown): boolean {
  return !value || (typeof value === 'object' && Object.keys(value).length === 0)
}

/** The paths of `value` that `other` does not have. */
function strangers(value: unknown, other: unknown, path: string): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => {
    const there = typeof other === 'object' && other !== null && Object.hasOwn(other, key)
    if (there) return strangers(inner, (other as Record<string, unknown>)[key], `${path}.${key}`)
    return isEmpty(withoutEmpty(inner)) && typeof inner === 'object' ? [] : [`${path}.${key}`]
  })
}
