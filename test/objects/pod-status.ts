import test from 'ava'
import type {Container, ContainerStatus} from '../../src/objects/container.ts'
import {kinds} from '../../src/objects/kinds.ts'
import type {PodStatus} from '../../src/objects/pod.ts'
import {podWord} from '../../src/objects/pod-status.ts'
import {samplePod} from './_samples.ts'

const says = test.macro({
  exec: (t, expected: string, status: PodStatus) => t.is(podWord(samplePod('web', {status})), expected),
  title: (_, expected, status) => `STATUS is ${expected} for ${JSON.stringify(status)}`,
})

const container = (state: ContainerStatus['state'], ready = false): ContainerStatus => ({
  name: 'c',
  image: 'i',
  imageID: '',
  ready,
  restartCount: 0,
  ...(state && {state}),
})

test(says, 'Pending', {phase: 'Pending'})
test(says, 'Evicted', {phase: 'Failed', reason: 'Evicted'})
test(says, 'Running', {phase: 'Running', containerStatuses: [container({running: {}}, true)]})
test(says, 'CrashLoopBackOff', {
  phase: 'Running',
  containerStatuses: [container({running: {}}, true), container({waiting: {reason: 'CrashLoopBackOff'}})],
})
test(says, 'ExitCode:3', {phase: 'Failed', containerStatuses: [container({terminated: {exitCode: 3}})]})
test(says, 'Signal:9', {phase: 'Failed', containerStatuses: [container({terminated: {exitCode: 137, signal: 9}})]})
test(says, 'Completed', {
  phase: 'Succeeded',
  containerStatuses: [container({terminated: {exitCode: 0, reason: 'Completed'}})],
})
test(says, 'NotReady', {
  phase: 'Running',
  containerStatuses: [container({terminated: {exitCode: 0, reason: 'Completed'}}), container({running: {}}, true)],
})

const init = (...states: ContainerStatus['state'][]) => ({
  phase: 'Pending' as const,
  initContainerStatuses: states.map(state => container(state)),
  containerStatuses: [container({waiting: {reason: 'PodInitializing'}})],
})
const done = {terminated: {exitCode: 0, reason: 'Completed'}}
const toCome = {waiting: {reason: 'PodInitializing'}}

test(says, 'Init:0/2', init(toCome, toCome))
test(says, 'Init:0/2', init({running: {}}, toCome))
test(says, 'Init:1/2', init(done, {running: {}}))
test(says, 'Init:Error', init({terminated: {exitCode: 1, reason: 'Error'}}, toCome))
test(says, 'Init:ExitCode:7', init({terminated: {exitCode: 7}}, toCome))
test(says, 'Init:CrashLoopBackOff', init(done, {waiting: {reason: 'CrashLoopBackOff'}}))
test(says, 'Init:ErrImagePull', init({waiting: {reason: 'ErrImagePull'}}))
test(says, 'PodInitializing', init(done, done))

test('while a pod is initialised, its init containers are those whose restarts count', t => {
  const crashing = {...container({waiting: {reason: 'CrashLoopBackOff'}}), restartCount: 3}
  const status = {...init(), initContainerStatuses: [crashing]}
  const columns = kinds.Pod.columns.map(({name, value}) => [name, value(samplePod('web', {status}), 0)])
  t.like(Object.fromEntries(columns), {Ready: '0/1', Status: 'Init:CrashLoopBackOff', Restarts: '3'})
})

const quality = test.macro({
  exec: (t, expected: string, ...resources: NonNullable<Container['resources']>[]) => {
    const containers = resources.map((one, index) => ({name: `c${index}`, image: 'i', resources: one}))
    t.is(kinds.Pod.initial(samplePod('web', {spec: {containers}})).status?.qosClass, expected as never)
  },
  title: (_, expected, ...resources) => `${JSON.stringify(resources)} are ${expected}`,
})

test(quality, 'BestEffort', {}, {})
test(quality, 'Burstable', {}, {requests: {cpu: '1'}})
test(quality, 'Burstable', {requests: {cpu: 1}, limits: {cpu: 2, memory: '1Gi'}})
test(quality, 'Guaranteed', {limits: {cpu: 1, memory: '1Gi'}}, {requests: {cpu: 1}, limits: {cpu: 1, memory: '1Gi'}})
