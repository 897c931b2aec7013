import {readFileSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import type {ExecutionContext, TestFn} from 'ava'
import {keptIn} from '../../src/cluster/kept.ts'
import {type Account, eventually, isThere, main, makePlace, type Place, sessionFolder, startProgram} from './_podlab.ts'

/*
 * A lab whose daemon is killed in the middle of its life, and that is resumed:
 *
 *   n1 ── underlay ── n2       ReplicaSet web (3 pods), Service web, DaemonSet each, pod client, and a pod that has done its work
 */
const labFile = `
nodes: [{name: n1}, {name: n2}]
manifests:
  - {apiVersion: v1, kind: Pod, metadata: {name: client}, spec: {containers: [{name: main, image: curlimages/curl, command: [sleep, infinity]}]}}
  - {apiVersion: v1, kind: Pod, metadata: {name: once}, spec: {restartPolicy: Never, containers: [{name: main, image: busybox, command: ['true']}]}}
  - {apiVersion: v1, kind: Pod, metadata: {name: doomed}, spec: {restartPolicy: Never, containers: [{name: main, image: busybox, command: [sleep, infinity]}]}}
  - apiVersion: apps/v1
    kind: ReplicaSet
    metadata: {name: web}
    spec:
      replicas: 3
      selector: {matchLabels: {app: web}}
      template:
        metadata: {labels: {app: web}}
        spec: {containers: [{name: main, image: nginx}]}
  - {apiVersion: v1, kind: Service, metadata: {name: web}, spec: {type: NodePort, selector: {app: web}, ports: [{port: 80}]}}
  - {apiVersion: v1, kind: Service, metadata: {name: gone}, spec: {selector: {app: web}, ports: [{port: 80}]}}
`

type Found = {
  readonly metadata: {readonly name: string; readonly uid: string; readonly creationTimestamp: string}
  readonly spec: {
    readonly nodeName?: string
    readonly clusterIP?: string
    readonly ports?: readonly {nodePort?: number}[]
  }
  readonly status?: {
    readonly phase?: string
    readonly podIP?: string
    readonly containerStatuses?: readonly {readonly restartCount: number}[]
  }
}

export function resumes(test: TestFn, account: Account): void {
  const title = (words: string) => `${account.name}: ${words}`

  async function world(t: ExecutionContext) {
    const place = makePlace(account)
    const name = place.name('kept')
    t.teardown(async () => {
      await place.podlab('down', '--all')
      place.remove()
    })
    const lab = place.lab(name, labFile)
    const good = async (...words: readonly string[]) => {
      const {code, stdout, stderr} = await place.podlab(...words)
      t.is(code, 0, `podlab ${words.join(' ')}: ${stderr}`)
      return stdout
    }
    const objects = async (kind: string): Promise<readonly Found[]> => {
      const found = JSON.parse(await good('get', kind, '-o', 'json'))
      return found.items ?? found
    }
    return {place, name, lab, good, objects}
  }

  test.serial(
    title('a lab that was killed comes back with its objects, names, addresses, settings and keys'),
    async t => {
      const {place, name, lab, good, objects} = await world(t)
      await good('up', lab)
      const kubeconfig = () => readFileSync(join(sessionFolder(place, name), 'kubeconfig'), 'utf8')
      await good('set', 'overlay', 'host-gw')
      await good('kubectl', '--', 'delete', 'service', 'gone')
      await good('kubectl', '--', 'create', 'configmap', 'mine', '--from-literal=a=b')
      const before = {pods: await objects('pods'), services: await objects('services'), kubeconfig: kubeconfig()}
      await kill(place, name)

      t.regex((await place.podlab('up', lab)).stderr, /ended without being taken down\. What was done in it is kept\./)
      t.regex(await good('resume', lab), new RegExp(`^${name} is back after `))
      const after = {pods: await objects('pods'), services: await objects('services')}
      const identity = ({metadata: {name: podName, uid}, spec, status}: Found) => [
        podName,
        uid,
        spec.nodeName,
        status?.podIP,
        spec.clusterIP,
        spec.ports?.[0]?.nodePort,
      ]
      t.deepEqual(after.pods.map(identity), before.pods.map(identity))
      t.deepEqual(after.services.map(identity), before.services.map(identity))
      t.false(
        after.services.some(({metadata}) => metadata.name === 'gone'),
        'what was deleted stays so',
      )
      t.is(kubeconfig(), before.kubeconfig)
      const state = (podName: string) => {
        const status = after.pods.find(({metadata}) => metadata.name === podName)?.status
        return `${status?.phase} ${status?.containerStatuses?.[0]?.restartCount}`
      }
      t.deepEqual(['client', 'once', 'doomed'].map(state), ['Running 1', 'Succeeded 0', 'Failed 0'])
      t.regex(await good('set'), /^overlay = host-gw/)
      t.regex(await good('kubectl', '--', 'get', 'configmap', 'mine', '-o', 'jsonpath={.data.a}'), /^b$/)
      const ip = before.services.find(({metadata}) => metadata.name === 'web')?.spec.clusterIP
      t.regex(await good('exec', 'pod/client', '--', 'curl', '-s', '--max-time', '5', `http://${ip}`), /nginx/)
      await good('kubectl', '--', 'scale', 'rs', 'web', '--replicas=4')
      await kill(place, name)
      await good('resume')
      const again = await objects('pods')
      const addresses = again.flatMap(({status}) => (status?.phase === 'Running' ? [status.podIP] : []))
      t.is(new Set(addresses).size, addresses.length, 'no address is given twice')
      t.is(again.filter(({metadata}) => metadata.name.startsWith('web-')).length, 4)
      t.is(await good('down'), `${name} is down.\n`)
      t.deepEqual(await place.podlab('ls'), {code: 0, stdout: '', stderr: 'No lab is up.\n'})
    },
  )

  test.serial(title('what is kept and cannot be read is told, with what to do, and is not touched'), async t => {
    const {place, name, lab, good} = await world(t)
    await good('up', lab)
    const [state] = JSON.parse(await good('ls', '--json'))
    await kill(place, name)
    const kept = keptIn(state.kept, name)
    const says = async (message: RegExp) => {
      const {code, stdout, stderr} = await place.podlab('resume', name)
      t.deepEqual({code, stdout}, {code: 1, stdout: ''})
      t.regex(stderr, message)
      t.notRegex(stderr, /bug|\n +at /)
    }
    const birth = readFileSync(kept.birth, 'utf8')
    const log = `${kept.objects}-wal`
    const [objects, changes] = [readFileSync(kept.objects), readFileSync(log)]
    writeFileSync(kept.birth, birth.slice(0, -5))
    await says(
      new RegExp(`^podlab: \\S+/lab\\.json is damaged; to begin anew: podlab down ${name}, and podlab up again\n$`),
    )
    t.regex(await good('ls'), /is damaged/)
    writeFileSync(kept.birth, birth.replace('"format":1', '"format":9'))
    await says(/was written by another podlab \(format 9; this one reads 1\)/)
    writeFileSync(kept.birth, birth)
    rmSync(log)
    writeFileSync(kept.objects, 'garbage'.repeat(1000))
    await says(/objects\.db is no store of podlab's/)
    writeFileSync(kept.objects, '')
    await says(/objects\.db is damaged \(it holds no objects\)/)
    rmSync(kept.objects)
    await says(/objects\.db is damaged \(it holds no objects\)/)
    writeFileSync(kept.objects, objects)
    writeFileSync(log, changes)
    const {stderr} = await place.podlab('gc', '--dry-run') // a dry run: whoever has lost labs on this machine keeps them
    t.regex(stderr, new RegExp(`kept \\S+: podlab resume ${name} brings the lab back; with --kept it is removed`))
    await good('resume')
    await kill(place, name)
    t.is(await good('down', name), `${name} was not up; what was kept of it is removed.\n`)
    const nothing = await place.podlab('resume', name)
    t.is(nothing.code, 2)
    t.is(nothing.stderr, 'podlab: there is no lab that ended without being taken down\n')
  })

  test.serial(title('a place that cannot be written to makes a lab in memory, and a note'), async t => {
    const {place, name, lab} = await world(t)
    const blocked = join(place.folder, 'home/blocked')
    writeFileSync(blocked, '')
    const environment = {...place.environment, XDG_STATE_HOME: blocked}
    const podlab = (...words: readonly string[]) =>
      startProgram([...account.way, process.execPath, main, ...words], {cwd: place.folder, environment}).ended
    const up = await podlab('up', lab)
    t.is(up.code, 0, up.stderr)
    t.regex(up.stdout, /Note: the lab lives in memory alone and cannot be resumed after a crash: ENOTDIR/)
    await kill(place, name)
    t.deepEqual(await podlab('ls'), {code: 0, stdout: '', stderr: 'No lab is up.\n'})
  })
}

async function kill(place: Place, name: string): Promise<void> {
  const {pid} = JSON.parse(readFileSync(join(sessionFolder(place, name), 'state.json'), 'utf8'))
  process.kill(pid, 'SIGKILL')
  await eventually('its session is gone', () => !isThere(place, name))
}
