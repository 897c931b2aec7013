import test from 'ava'
import {withForeignConditions} from '../../../src/node/pods/readiness-gates.ts'
import type {Condition} from '../../../src/objects/condition.ts'
import type {Pod} from '../../../src/objects/pod.ts'
import {kubeletWorld, podOf} from '../_fakes.ts'

const gated = podOf('web', {readinessGates: [{conditionType: 'example.com/one'}, {conditionType: 'example.com/two'}]})
const with_ = (pod: Pod, conditions: readonly Condition[]): Pod => ({...pod, status: {...pod.status, conditions}})

test('a pod is ready when its containers are and others have opened its gates', async t => {
  const {kubelet, statuses} = kubeletWorld()
  const ready = () => statuses.get('web')?.conditions?.find(({type}) => type === 'Ready')
  const all = () => statuses.get('web')?.conditions ?? []
  await kubelet.sync([gated])
  t.like(ready(), {
    status: 'False',
    reason: 'ReadinessGatesNotReady',
    message:
      'corresponding condition of pod readiness gate "example.com/one" does not exist., corresponding condition of pod readiness gate "example.com/two" does not exist.',
  })
  t.is(all().find(({type}) => type === 'ContainersReady')?.status, 'True')
  const one: Condition = {type: 'example.com/one', status: 'True'}
  const two: Condition = {type: 'example.com/two', status: 'False'}
  await kubelet.sync([with_(gated, [...all(), one, two])])
  t.like(ready(), {
    status: 'False',
    message: 'the status of pod readiness gate "example.com/two" is not "True", but False',
  })
  await kubelet.sync([with_(gated, [...all().filter(({type}) => type !== two.type), {...two, status: 'True'}])])
  t.like(ready(), {status: 'True', reason: undefined})
  await kubelet.sync([
    with_(
      gated,
      all().filter(({type}) => type !== two.type),
    ),
  ])
  t.like(ready(), {status: 'False', reason: 'ReadinessGatesNotReady'})
})

test('all five conditions of a pod are there from the first report on', async t => {
  const {kubelet, statuses} = kubeletWorld()
  await kubelet.sync([podOf('web')])
  t.deepEqual(
    statuses.get('web')?.conditions?.map(({type, status}) => `${type} ${status}`),
    ['PodReadyToStartContainers True', 'Initialized True', 'Ready True', 'ContainersReady True', 'PodScheduled True'],
  )
})

test('what others say of a pod is not written over by what its node says later', t => {
  const condition = (type: string, status: Condition['status']): Condition => ({type, status})
  const said = {conditions: [condition('Ready', 'True'), condition('mine', 'False')]}
  t.deepEqual(withForeignConditions(said, {conditions: [condition('Ready', 'False'), condition('mine', 'True')]}), {
    conditions: [condition('Ready', 'True'), condition('mine', 'True')],
  })
  t.deepEqual(withForeignConditions(said, undefined), {conditions: [condition('Ready', 'True')]})
  const plain = {conditions: [condition('Ready', 'True')]}
  t.is(withForeignConditions(plain, undefined), plain)
})
