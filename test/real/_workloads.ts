import {existsSync} from 'node:fs'
import {join} from 'node:path'
import {setTimeout} from 'node:timers/promises'
import type {ExecutionContext, TestFn} from 'ava'
import {systemPath} from '../../src/kernel/system-path.ts'
import {type Account, makePlace, type Result, sessionFolder, startProgram} from './_podlab.ts'

/*
 * Workloads with real pods on two nodes:
 *
 *   deployment kubia ── replica set kubia-<hash> ── 3 pods      daemon set agent ── a pod on each node
 *   stateful set web ── web-0, web-1                            job pi ── pods that end
 */
const labFile = `
nodes:
  - {name: master, address: 10.0.20.4, podSubnet: 172.17.13.0/24}
  - {name: node1, address: 10.0.20.11, podSubnet: 172.17.12.0/24}
manifests:
  - apiVersion: apps/v1
    kind: Deployment
    metadata: {name: kubia}
    spec:
      replicas: 3
      selector: {matchLabels: {app: kubia}}
      template: {metadata: {labels: {app: kubia}}, spec: {terminationGracePeriodSeconds: 1, containers: [{name: kubia, image: luksa/kubia:v1}]}}
  - apiVersion: apps/v1
    kind: DaemonSet
    metadata: {name: agent}
    spec:
      selector: {matchLabels: {app: agent}}
      template: {metadata: {labels: {app: agent}}, spec: {terminationGracePeriodSeconds: 1, containers: [{name: main, image: busybox, command: [sleep, infinity]}]}}
  - apiVersion: apps/v1
    kind: StatefulSet
    metadata: {name: web}
    spec:
      serviceName: web
      replicas: 2
      selector: {matchLabels: {app: web}}
      template: {metadata: {labels: {app: web}}, spec: {terminationGracePeriodSeconds: 1, containers: [{name: kubia, image: luksa/kubia}]}}
  - apiVersion: batch/v1
    kind: Job
    metadata: {name: pi}
    spec:
      completions: 2
      template: {spec: {restartPolicy: Never, containers: [{name: main, image: busybox, command: [echo, "3.14"]}]}}
`

const kubectl = systemPath
  .split(':')
  .map(folder => join(folder, 'kubectl'))
  .find(existsSync)

type Listed = {
  readonly metadata: {readonly name: string; readonly labels?: Readonly<Record<string, string>>}
  readonly spec: {readonly nodeName?: string}
  readonly status: {readonly succeeded?: number; readonly conditions?: readonly {type: string; status: string}[]}
}

/** What becomes of workloads on real nodes, for an account. */
export function workloadSuite(test: TestFn, account: Account): void {
  const place = makePlace(account)
  const name = place.name('workloads')
  const {podlab} = place
  const lab = place.lab(name, labFile)

  test.serial.before(async t => {
    const {code, stderr} = await podlab('up', lab)
    t.deepEqual({code, stderr}, {code: 0, stderr: ''})
  })
  test.after.always(async () => {
    await podlab('down', '--all')
    place.remove()
  })
  const fact = (title: string, run: (t: ExecutionContext) => Promise<void>) =>
    test.serial(`${account.name}: ${title}`, run)
  const withKubectl = kubectl
    ? fact
    : (title: string) => test.serial.skip(`${title}: there is no kubectl`, () => undefined)

  async function listed(kind: string): Promise<readonly Listed[]> {
    const {stdout} = await podlab('get', kind, '--lab', name, '--output', 'json')
    return (JSON.parse(stdout) as {items: Listed[]}).items
  }

  /** The pods of an app, once there are so many that are ready. */
  async function ready(app: string, count: number): Promise<readonly Listed[]> {
    for (let attempts = 0; attempts < 200; attempts++) {
      const pods = (await listed('pods')).filter(({metadata}) => metadata.labels?.app === app)
      if (pods.length === count && pods.every(isReady)) return pods
      await setTimeout(50)
    }
    throw new Error(`there are not ${count} ready pods of ${app}`)
  }

  function run(...words: readonly string[]): Promise<Result> {
    const environment = {...place.environment, KUBECONFIG: join(sessionFolder(place, name), 'kubeconfig')}
    return startProgram([...account.way, kubectl ?? '', ...words], {cwd: place.folder, environment}).ended
  }

  fact('the pods of a deployment are named after the hash of its template', async t => {
    const pods = await ready('kubia', 3)
    const hash = pods[0]?.metadata.labels?.['pod-template-hash']
    t.regex(hash ?? '', /^[4-9bcdf]{1,10}$/)
    t.true(pods.every(({metadata}) => metadata.name.startsWith(`kubia-${hash}-`)))
  })

  fact('a daemon set runs a pod on each node', async t => {
    const nodes = (await ready('agent', 2)).map(({spec}) => spec.nodeName)
    t.deepEqual(nodes.toSorted(), ['master', 'node1'])
  })

  fact('the pods of a stateful set know their own names', async t => {
    await ready('web', 2)
    for (const pod of ['web-0', 'web-1']) {
      const {stdout} = await podlab('exec', '--lab', name, `pod/${pod}`, '--', 'hostname')
      t.is(stdout, `${pod}\n`)
    }
  })

  fact('a job is complete when its pods have run to their end', async t => {
    let [job] = await listed('jobs')
    for (let attempts = 0; job?.status.succeeded !== 2 && attempts < 200; attempts++) {
      await setTimeout(50)
      job = (await listed('jobs'))[0]
    }
    t.true(job?.status.conditions?.some(({type, status}) => type === 'Complete' && status === 'True'))
    const [pod] = (await listed('pods')).filter(({metadata}) => metadata.labels?.['job-name'] === 'pi')
    t.is((await podlab('logs', '--lab', name, pod?.metadata.name ?? '')).stdout, '3.14\n')
  })

  withKubectl('kubectl rolls a deployment out and back', async t => {
    const before = new Set((await ready('kubia', 3)).map(({metadata}) => metadata.labels?.['pod-template-hash']))
    t.is((await run('set', 'image', 'deploy/kubia', 'kubia=luksa/kubia:v2')).code, 0)
    const status = await run('rollout', 'status', 'deploy/kubia', '--timeout=60s')
    t.true(status.stdout.endsWith('deployment "kubia" successfully rolled out\n'), status.stdout + status.stderr)
    t.is((await run('rollout', 'undo', 'deploy/kubia')).stdout, 'deployment.apps/kubia rolled back\n')
    await run('rollout', 'status', 'deploy/kubia', '--timeout=60s')
    const after = await ready('kubia', 3)
    t.deepEqual(new Set(after.map(({metadata}) => metadata.labels?.['pod-template-hash'])), before)
    const {stdout} = await run('rollout', 'history', 'deploy/kubia')
    t.is(stdout, 'deployment.apps/kubia \nREVISION  CHANGE-CAUSE\n2         <none>\n3         <none>\n\n')
  })

  withKubectl('kubectl brings a stateful set back to the template before', async t => {
    t.is((await run('set', 'image', 'sts/web', 'kubia=luksa/kubia:v2')).code, 0)
    await run('rollout', 'status', 'sts/web', '--timeout=60s')
    t.is((await run('rollout', 'undo', 'sts/web')).stdout, 'statefulset.apps/web rolled back\n')
    const status = await run('rollout', 'status', 'sts/web', '--timeout=60s')
    t.true(status.stdout.endsWith('partitioned roll out complete: 2 new pods have been updated...\n'), status.stdout)
    const {stdout} = await run('get', 'sts', 'web', '-o', 'wide', '--no-headers')
    t.regex(stdout, /^web +2\/2 +\S+ +kubia +luksa\/kubia\n$/)
  })
}

function isReady({status}: Listed): boolean {
  return status.conditions?.some(condition => condition.type === 'Ready' && condition.status === 'True') ?? false
}
