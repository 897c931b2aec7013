import test from 'ava'
import type {JsonRecord} from '../../../../src/objects/patch/json.ts'
import {created, head, later, now, owners, updated} from './_apply.ts'

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
