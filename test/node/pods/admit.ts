import test from 'ava'
import {withHostPorts} from '../../../src/objects/host-ports.ts'
import type {Pod, PodSpec} from '../../../src/objects/pod.ts'
import {kubeletWorld, podOf} from '../_fakes.ts'

/** A pod in its node's network that listens on a port. */
function listening(name: string, port: number, spec: Partial<PodSpec> = {}): Pod {
  const pod = podOf(name, {hostNetwork: true, nodeName: 'master', ...spec})
  const containers = pod.spec.containers.map(container => ({...container, ports: [{containerPort: port}]}))
  return {...pod, spec: withHostPorts({...pod.spec, containers})}
}

test("a pod in its node's network joins the node's namespaces and has its address", async t => {
  const {kubelet, calls, statuses} = kubeletWorld()
  await kubelet.sync([listening('web', 8080)])
  t.deepEqual(
    calls.filter(line => /^(hold|attach)/.test(line)),
    [],
  )
  t.like(statuses.get('web'), {phase: 'Running', podIP: '10.0.20.4', hostIP: '10.0.20.4'})
})

test('it stands beside pods that have a network of their own', async t => {
  const {kubelet, statuses} = kubeletWorld()
  await kubelet.sync([listening('web', 8080), podOf('own')])
  t.is(statuses.get('web')?.podIP, '10.0.20.4')
  t.not(statuses.get('own')?.podIP, '10.0.20.4')
})

test('a second pod with the same port fails after a second, and says why', async t => {
  const {kubelet, clock, statuses} = kubeletWorld()
  const pods = [listening('web', 8080), listening('more', 8080), listening('other', 8081)]
  await kubelet.sync(pods)
  await kubelet.sync(pods)
  t.is(statuses.get('other')?.phase, 'Running')
  t.is(statuses.get('more'), undefined)
  await clock.pass(1000)
  t.like(statuses.get('more'), {
    phase: 'Failed',
    reason: 'NodePorts',
    message: "Pod was rejected: Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports",
  })
  t.is(statuses.get('web')?.phase, 'Running')
})

test('a port is free again when the pod that had it has run to its end', async t => {
  const {kubelet, clock, statuses, exit} = kubeletWorld()
  const first = listening('first', 8080, {restartPolicy: 'Never'})
  await kubelet.sync([first])
  await exit('first/main', 0)
  await kubelet.sync([{...first, status: {phase: 'Succeeded'}}, listening('second', 8080)])
  await clock.pass(1000)
  t.is(statuses.get('second')?.phase, 'Running')
})
