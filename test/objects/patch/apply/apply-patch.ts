import test from 'ava'
import type {JsonRecord} from '../../../../src/objects/patch/json.ts'
import {PatchError} from '../../../../src/objects/patch/patch-error.ts'
import {applied, apply, created, head, later, owners} from './_apply.ts'

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
