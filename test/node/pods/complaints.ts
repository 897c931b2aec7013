import test from 'ava'
import {complaintsOf} from '../../../src/node/pods/complaints.ts'
import {type ContainerLife, newPodLife} from '../../../src/node/pods/pod-life.ts'
import {podOf} from '../_fakes.ts'

const says = test.macro({
  exec: (t, name: 'main' | 'first', container: Partial<ContainerLife>, ...expected: string[]) => {
    const initContainers = [{name: 'first', image: 'busybox'}]
    const life = newPodLife(podOf('a', {initContainers}), '2025-01-01T00:00:00Z')
    const whole = {state: {}, restarts: 0, crashes: 0, ...container}
    t.deepEqual(complaintsOf({...life, containers: {...life.containers, [name]: whole}}), expected)
  },
  title: (_, name, container, expected = 'nothing') => `${name} ${JSON.stringify(container)}: ${expected}`,
})

test(says, 'main', {state: {running: {}}})
test(says, 'main', {state: {waiting: {reason: 'PodInitializing'}}})
test(says, 'first', {state: {terminated: {exitCode: 0}}})
test(says, 'first', {state: {running: {}}}, 'init container first: it has not ended yet')
test(says, 'first', {state: {terminated: {exitCode: 3}}}, 'init container first: it ended with code 3')
test(
  says,
  'main',
  {state: {running: {}}, complaint: 'Readiness probe failed: no'},
  'container main: Readiness probe failed: no',
)
test(
  says,
  'main',
  {
    state: {waiting: {reason: 'CrashLoopBackOff', message: 'back-off 10s restarting failed container=main'}},
    lastState: {exitCode: 1},
  },
  'container main: it ended with code 1; back-off 10s restarting failed container=main',
)
