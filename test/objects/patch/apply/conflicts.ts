import test from 'ava'
import {applied, apply, created, head, owners, updated} from './_apply.ts'

test('another value than its owner gave is a conflict, in the words of the API server', t => {
  const web = created(`{${head}, metadata: {name: web}, spec: {replicas: 1, containers: [{name: web, image: nginx}]}}`)
  const one = apply(web, `{${head}, metadata: {name: web}, spec: {replicas: 2}}`)
  if (!('conflicts' in one)) return t.fail('no conflict')
  t.is(
    one.conflicts.message,
    'Apply failed with 1 conflict: conflict with "kubectl-client-side-apply" using apps/v1: .spec.replicas',
  )
  t.is(one.conflicts.status, 409)
  t.deepEqual(one.conflicts.causes, [
    {
      reason: 'FieldManagerConflict',
      message: 'conflict with "kubectl-client-side-apply" using apps/v1',
      field: '.spec.replicas',
    },
  ])
  const two = apply(web, `{${head}, metadata: {name: web}, spec: {replicas: 2, containers: [{name: web, image: x}]}}`)
  t.is(
    'conflicts' in two && two.conflicts.message,
    'Apply failed with 2 conflicts: conflicts with "kubectl-client-side-apply" using apps/v1:\n- .spec.replicas\n- .spec.containers[name="web"].image',
  )
})

test('force takes the field from its owner', t => {
  const web = created(`{${head}, metadata: {name: web}, spec: {replicas: 1, free: 1}}`)
  const forced = applied(web, `{${head}, metadata: {name: web}, spec: {replicas: 2}}`, {force: true})
  t.deepEqual(owners(forced), ['kubectl Apply: .spec.replicas', 'kubectl-client-side-apply Update: .spec.free'])
})

test('who comes from client-side apply has no conflict with himself', t => {
  const last = JSON.stringify({apiVersion: 'apps/v1', kind: 'Deployment', metadata: {name: 'web'}, spec: {replicas: 1}})
  const web = created(
    `{${head}, metadata: {name: web, annotations: {kubectl.kubernetes.io/last-applied-configuration: '${last}'}}, spec: {replicas: 1}}`,
  )
  const config = `{${head}, metadata: {name: web}, spec: {replicas: 2}}`
  t.deepEqual(applied(web, config).spec, {replicas: 2})
  t.true('conflicts' in apply(web, config, {manager: 'ci'}))
  t.true('conflicts' in apply(updated(web, '{spec: {replicas: 7}}', 'scale'), config))
})
