import {readFileSync} from 'node:fs'
import test from 'ava'
import {kinds} from '../../../src/objects/kinds.ts'
import {isList, isRecord, type Json, type JsonRecord} from '../../../src/objects/patch/json.ts'
import {wholeSchema} from '../../../src/objects/patch/patch-object.ts'
import {strategicMerge} from '../../../src/objects/patch/strategic-merge.ts'

type Answer = {readonly object: JsonRecord; readonly patch: Json; readonly after: Json}

/** What Kubernetes 1.32 itself made of patches of pods that were thrown together at random. */
const answers = JSON.parse(
  readFileSync(new URL('strategic-answers.json', import.meta.url), 'utf8'),
) as readonly Answer[]

test('strategic merge patches come out as Kubernetes 1.32 makes them', t => {
  t.is(answers.length, 40)
  for (const {object, patch, after} of answers)
    t.deepEqual(compact(strategicMerge(object, patch, wholeSchema(kinds.Pod))), after, JSON.stringify(patch))
})

/** As Kubernetes stores it: empty lists and mappings are not there. */
function compact(value: Json): Json {
  if (isList(value)) return value.map(compact)
  if (!isRecord(value)) return value
  const entries = Object.entries(value).map(([key, inner]) => [key, compact(inner)] as const)
  return Object.fromEntries(
    entries.filter(([, inner]) => inner !== null && (typeof inner !== 'object' || Object.keys(inner).length > 0)),
  )
}
