import test from 'ava'
import {parse} from 'yaml'
import {kinds} from '../../../src/objects/kinds.ts'
import {managedAfterUpdate} from '../../../src/objects/patch/apply/managed-after-update.ts'
import type {JsonRecord} from '../../../src/objects/patch/json.ts'
import {PatchError} from '../../../src/objects/patch/patch-error.ts'
import {patchObject, wholeSchema} from '../../../src/objects/patch/patch-object.ts'

const web = parse(`
apiVersion: apps/v1
kind: ReplicaSet
metadata: {name: web, labels: {app: web}}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: nginx, ports: [{containerPort: 80, protocol: TCP}]}]}
`) as JsonRecord

const patches = test.macro({
  exec: (t, contentType: string, body: string, image: string) => {
    const after = patchObject({kind: kinds.ReplicaSet, live: web, contentType, body})
    t.like(after, {spec: {replicas: 1, template: {spec: {containers: [{name: 'web', image}]}}}})
  },
  title: (_, contentType) => `${contentType} changes the image of a template`,
})

const json = '[{"op":"replace","path":"/spec/template/spec/containers/0/image","value":"a"}]'
const merge = '{"spec":{"template":{"spec":{"containers":[{"name":"web","image":"b"}]}}}}'
test(patches, 'application/json-patch+json', json, 'a')
test(patches, 'application/merge-patch+json', merge, 'b')
test(patches, 'application/strategic-merge-patch+json; charset=utf-8', merge, 'b')

test('another Content-Type is refused', t => {
  const act = () => patchObject({kind: kinds.ReplicaSet, live: web, contentType: 'text/plain', body: '{}'})
  t.throws(act, {instanceOf: PatchError, message: 'unknown Content-Type header for patch: text/plain'})
})

test('a ReplicaSet lists its creator as the API server does: the selector whole, the template field by field', t => {
  const schema = wholeSchema(kinds.ReplicaSet)
  const after = {
    before: undefined,
    after: web,
    schema,
    hasStatus: true,
    manager: 'kubectl-create',
    apiVersion: 'apps/v1',
  }
  t.deepEqual(managedAfterUpdate({...after, now: '2026-11-21T15:00:00Z'})[0]?.fieldsV1, {
    'f:metadata': {'f:labels': {'.': {}, 'f:app': {}}},
    'f:spec': {
      'f:replicas': {},
      'f:selector': {},
      'f:template': {
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
        },
      },
    },
  })
})
