import {join} from 'node:path'
import type {ExecutionContext, TestFn} from 'ava'
import {ask} from '../../src/cluster/control.ts'
import type {Pod} from '../../src/objects/pod.ts'
import {type Account, eventually, makePlace, sessionFolder} from './_podlab.ts'

/*
 * One node, node1 10.0.20.4, and on it, each in a pod of its own:
 *
 *   web      a Service's endpoint; ready while /www/ready.txt is there. Its init containers: first, second
 *   watched  lives as long as /tmp/ok is there; its startup probe is good once
 *   hung     probes that hang, that have no program and no such port; a preStop hook that never ends; a program that prints for ever
 *   pair     two containers that share their processes; their pause dies
 *   done     ended with 3, for good
 */
const labFile = `
nodes: [node1]
manifests:
  - apiVersion: v1
    kind: Pod
    metadata: {name: web, labels: {app: web}}
    spec:
      initContainers:
        - {name: first, image: busybox, command: [sh, -c, "echo first; hostname -i > /dev/null; exit 0"]}
        - {name: second, image: busybox, command: [sh, -c, "echo second; sleep 0.2"]}
      containers:
        - name: main
          image: busybox
          command: [sh, -c, "mkdir -p /www; exec httpd -f -v -p 80 -h /www"]
          ports: [{name: http, containerPort: 80}]
          readinessProbe: {httpGet: {port: http, path: /ready.txt}, periodSeconds: 1, failureThreshold: 1}
          lifecycle: {postStart: {exec: {command: [sh, -c, "mkdir -p /www; echo ready > /www/ready.txt"]}}}
  - {apiVersion: v1, kind: Service, metadata: {name: web}, spec: {selector: {app: web}, ports: [{port: 80}]}}
  - apiVersion: v1
    kind: Pod
    metadata: {name: watched}
    spec:
      containers:
        - name: main
          image: busybox
          command: [sh, -c, "trap 'echo bye; exit 0' TERM; echo life; touch /tmp/ok; sleep 1000 & wait"]
          startupProbe: {exec: {command: [cat, /tmp/ok]}, periodSeconds: 1}
          livenessProbe: {exec: {command: [cat, /tmp/ok]}, periodSeconds: 1, failureThreshold: 1}
  - apiVersion: v1
    kind: Pod
    metadata: {name: hung}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - name: main
          image: busybox
          command: [sh, -c, "yes podlab & wait"] # beside the shell: the end of a probe's orphan would interrupt its writing
          livenessProbe: {exec: {command: [sh, -c, "sleep 4321 & sleep 4321"]}, periodSeconds: 1, failureThreshold: 1000}
          lifecycle: {preStop: {exec: {command: [sleep, "8765"]}}}
        - name: missing
          image: busybox
          command: [sleep, infinity]
          livenessProbe: {exec: {command: [no-such-program]}, periodSeconds: 1, failureThreshold: 1}
        - name: portless
          image: busybox
          command: [sleep, infinity]
          livenessProbe: {tcpSocket: {port: nowhere}, periodSeconds: 1, failureThreshold: 1}
  - apiVersion: v1
    kind: Pod
    metadata: {name: pair}
    spec:
      shareProcessNamespace: true
      terminationGracePeriodSeconds: 2
      containers:
        - {name: web, image: luksa/kubia}
        - {name: side, image: curlimages/curl, command: [sh, -c, "sleep 1234 & sleep infinity"]}
  - apiVersion: v1
    kind: Pod
    metadata: {name: done}
    spec: {restartPolicy: Never, containers: [{name: main, image: busybox, command: [sh, -c, "echo done; exit 3"]}]}
`

/** What becomes of pods on a real node, for an account. */
export function podLifeSuite(test: TestFn, account: Account): void {
  const place = makePlace(account)
  const name = place.name('life')
  const lab = place.lab(name, labFile)
  const {podlab} = place
  const inside = async (target: string, ...argv: readonly string[]) =>
    (await podlab('exec', '--lab', name, target, '--', ...argv)).stdout.trimEnd()
  const logs = async (...words: readonly string[]) => (await podlab('logs', '--lab', name, ...words)).stdout
  const socket = () => join(sessionFolder(place, name), 'control.sock')

  test.serial.before(async t => {
    const {code, stderr} = await podlab('up', lab)
    t.deepEqual({code, stderr}, {code: 0, stderr: ''})
  })
  test.after.always(async () => {
    await podlab('down', '--all')
    place.remove()
  })
  const fact = (title: string, run: (t: ExecutionContext) => Promise<void>) => test(`${account.name}: ${title}`, run)

  /** The pod once it is so; the API says when to look again. */
  async function podWhen(pod: string, isSo: (pod: Pod | null) => unknown): Promise<Pod | null> {
    const deadline = AbortSignal.timeout(60_000)
    for (let revision = 0; ; ) {
      const found = (await ask(socket(), 'get', {kind: 'Pod', name: pod})) as Pod | null
      if (isSo(found)) return found
      revision = await ask(socket(), 'changed', {since: revision}, deadline)
    }
  }
  const restartsOf = (pod: Pod | null) => pod?.status?.containerStatuses?.map(({restartCount}) => restartCount)
  const isReady = (pod: Pod | null) =>
    pod?.status?.conditions?.some(one => one.type === 'Ready' && one.status === 'True')
  const subsets = async () =>
    (
      (await ask(socket(), 'get', {kind: 'Endpoints', namespace: 'default', name: 'web'})) as {
        subsets?: object[]
      } | null
    )?.subsets?.[0]

  fact('readiness puts a pod into the Endpoints and takes it out', async t => {
    const ready = await podWhen('web', isReady)
    t.deepEqual(
      ready?.status?.initContainerStatuses?.map(({state}) => state?.terminated?.exitCode),
      [0, 0],
    )
    t.like(await subsets(), {addresses: [{ip: ready?.status?.podIP}]})
    t.regex(
      await logs('web'),
      /^\[::ffff:172\.17\.1\.1\]:\d+:\s*response:200$/m,
      "the node asks, by its bridge's address",
    )
    t.is(await logs('web', '-c', 'second'), 'second\n')
    await inside('pod/web', 'rm', '/www/ready.txt')
    await podWhen('web', pod => !isReady(pod))
    t.like(await subsets(), {notReadyAddresses: [{ip: ready?.status?.podIP}]})
    await inside('pod/web', 'sh', '-c', 'echo > /www/ready.txt')
    await podWhen('web', isReady)
  })

  fact(
    'a container whose liveness probe fails is ended and started again, and what it printed before is kept',
    async t => {
      const before = (await podWhen('watched', isReady))?.status?.podIP
      const following = place.start(['logs', '--lab', name, 'watched', '--follow'])
      await eventually('it follows', () => following.said() === 'life\n')
      await inside('pod/watched', 'rm', '/tmp/ok')
      const pod = await podWhen('watched', found => restartsOf(found)?.[0] === 1 && isReady(found))
      t.like(pod?.status?.containerStatuses?.[0]?.lastState?.terminated, {exitCode: 0, reason: 'Completed'})
      t.is(await logs('watched'), 'life\n')
      t.is(await logs('watched', '--previous'), 'life\nbye\n')
      t.is((await following.ended).stdout, 'life\nbye\n', 'following ends with the life that it follows')
      t.is(pod?.status?.podIP, before)
    },
  )

  fact('hanging, missing and misnamed probes neither end a container nor leave anything', async t => {
    await podWhen('hung', isReady)
    const sleeps = Number(await inside('node/node1', 'sh', '-c', 'pgrep -c -x sleep -a -f "sleep 4321" || true'))
    t.true(sleeps <= 6, `${sleeps} processes of a probe that begins once a second`)
    t.deepEqual(restartsOf(await podWhen('hung', () => true)), [0, 0, 0])
    const used = Number(
      (await inside('node/node1', 'sh', '-c', 'nsenter -t 1 -m du -sk /run/podlab-lab/logs')).split('\t')[0],
    )
    t.true(used < 40_000, `${used} KiB of logs`)
    await ask(socket(), 'delete', {kind: 'Pod', namespace: 'default', name: 'hung'})
    await podWhen('hung', pod => pod === null) // a hook that never ends has the grace and no more
    t.is(await inside('node/node1', 'sh', '-c', 'pgrep -f "[s]leep 8765|[s]leep 4321" || echo none'), 'none')
  })

  fact('containers of a pod meet on localhost, and below one pause when they share their processes', async t => {
    await podWhen('pair', isReady)
    t.regex(await inside('pod/pair/side', 'curl', '-s', 'http://localhost:8080'), /^You've hit pair/)
    t.regex(await inside('pod/pair/side', 'cat', '/proc/1/comm'), /^pause$/)
    const before = await podWhen('pair', isReady)
    t.not(
      await inside('pod/pair/side', 'readlink', '/proc/self/ns/mnt'),
      await inside('pod/pair/web', 'readlink', '/proc/self/ns/mnt'),
    )
    // When a pid namespace's first process dies, the kernel kills all others in it.
    const find = 'for pid in $(pgrep -x pause); do nsenter -t $pid -u hostname | grep -qx pair && echo $pid; done'
    await inside('node/node1', 'kill', '-9', await inside('node/node1', 'sh', '-c', find))
    const after = await podWhen('pair', pod => isReady(pod) && restartsOf(pod)?.join() === '1,1')
    t.not(after?.status?.podIP, before?.status?.podIP, 'new namespaces, a new address')
    t.regex(await inside('pod/pair/side', 'curl', '-s', 'http://localhost:8080'), /^You've hit pair/)
  })

  fact('what ended for good has its code, and its log', async t => {
    const pod = await podWhen('done', found => found?.status?.phase === 'Failed')
    t.like(pod?.status?.containerStatuses?.[0]?.state?.terminated, {exitCode: 3, reason: 'Error'})
    t.is(await logs('done'), 'done\n')
    const {code, stderr} = await podlab('logs', '--lab', name, 'done', '--previous')
    t.deepEqual([code, stderr], [1, 'podlab: previous terminated container "main" in pod "done" not found\n'])
  })
}
