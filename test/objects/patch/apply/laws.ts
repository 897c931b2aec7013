import test from 'ava'
import fc from 'fast-check'
import {applyPatch} from '../../../../src/objects/patch/apply/apply-patch.ts'
import {fieldsOf} from '../../../../src/objects/patch/apply/fields-of.ts'
import type {JsonRecord} from '../../../../src/objects/patch/json.ts'
import {small} from '../_schemas.ts'
import {common, later, now, same} from './_apply.ts'

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
      fc.pre(ownsSomething(first) && ownsSomething(second))
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

/* An empty list has no owner, with the real API server too, and null is nothing: who applies nothing else is forgotten, and comes back as a stranger. */
function ownsSomething({spec}: JsonRecord): boolean {
  const {containers, ...others} = spec as JsonRecord
  return (
    containers === undefined ||
    (containers as readonly unknown[]).length > 0 ||
    Object.values(others).some(one => one !== null)
  )
}

test('who applies an empty list and nothing else owns nothing, and meets what he made as made by somebody before', t => {
  const made = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {name: 'web'},
    spec: {containers: []},
  } as JsonRecord
  const go = (live: JsonRecord | undefined, time: string) => {
    const result = applyPatch({...common, live, config: made, manager: 'm', now: time})
    if ('conflicts' in result) throw result.conflicts
    return result.object as {readonly metadata: {readonly managedFields?: readonly {readonly manager: string}[]}}
  }
  const one = go(undefined, now)
  t.is(one.metadata.managedFields, undefined)
  const two = go(one as unknown as JsonRecord, later)
  t.deepEqual(
    two.metadata.managedFields?.map(({manager}) => manager),
    ['before-first-apply'],
  )
})
