import test from 'ava'
import {parse} from 'yaml'
import type {Kind} from '../../src/objects/kind.ts'
import {type KubeObjectAny, kinds} from '../../src/objects/kinds.ts'
import {printMistake} from '../../src/objects/mistake.ts'
import {readObject} from '../../src/objects/read-object.ts'

/** The object of a manifest with its defaults, or what is wrong with it. */
export function read(manifest: string): KubeObjectAny | readonly string[] {
  const result = readObject(parse(manifest), 'default')
  if ('errors' in result) return result.errors.map(printMistake)
  return (kinds[result.object.kind] as Kind).defaults(result.object) as KubeObjectAny
}

/** A manifest that is refused with these messages; without any, it is taken. */
export const refused = test.macro({
  exec: (t, manifest: string, ...expected: string[]) => {
    const result = read(manifest)
    t.deepEqual(Array.isArray(result) ? result : [], expected)
  },
  title: (_, manifest, ...expected) => `${manifest} ${expected.length ? `is wrong: ${expected[0]}` : 'is right'}`,
})

/** A manifest that may not take the place of another. */
export const unchangeable = test.macro({
  exec: (t, before: string, after: string, ...expected: string[]) => {
    const [old, next] = [read(before), read(after)] as KubeObjectAny[]
    if (!old || !next) return t.fail()
    const kind: Kind = kinds[old.kind]
    t.deepEqual(kind.validateUpdate(next, old).map(printMistake), expected)
  },
  title: (_, before, after, ...expected) => `${before} ${expected.length ? 'may not become' : 'may become'} ${after}`,
})

/** What the API server fills into a manifest, besides its metadata. */
export const filled = test.macro({
  exec: (t, manifest: string, expected: object) => {
    const {apiVersion: _, kind: __, metadata: ___, ...rest} = read(manifest) as KubeObjectAny
    t.deepEqual(rest as object, expected)
  },
  title: (_, manifest) => `what is left out of ${manifest} is filled in`,
})
