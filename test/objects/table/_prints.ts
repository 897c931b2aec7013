import test from 'ava'
import {type KindName, kinds} from '../../../src/objects/kinds.ts'
import type {KubeObject} from '../../../src/objects/kube-object.ts'
import type {Column} from '../../../src/objects/table.ts'
import {printTable, tableOf} from '../../../src/objects/table.ts'

/** When every object is made, 130 seconds ago. */
export const born = '2025-01-01T00:00:00Z'
const now = Date.parse(born) + 130_000

/** An object that has columns. */
export type Sample = KubeObject & {readonly kind: KindName}
type Options = {readonly wide?: boolean; readonly withNamespace?: boolean}

/** An object, and the table that kubectl prints of it, which begins on a line of its own. */
export const prints = test.macro<[Sample, Options, string]>({
  exec: (t, object, options, expected) => {
    const aged = {...object, metadata: {...object.metadata, creationTimestamp: born}}
    const columns: readonly Column<KubeObject>[] = kinds[object.kind].columns
    t.is(printTable(tableOf(columns, [aged], {now, ...options})), expected.slice(1))
  },
  title: (_, object, options) =>
    `a ${object.kind} prints as kubectl prints it ${JSON.stringify(options)} ${object.metadata.name}`,
})

/** An object of group v1, of which no more is written than is looked at. */
export function sample(kind: KindName, name: string, rest: object) {
  return {apiVersion: 'v1', kind, metadata: {name}, ...rest} as Sample
}
