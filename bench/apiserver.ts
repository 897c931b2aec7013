/**
 * What the API server costs those who ask it: `node bench/apiserver.ts [RUNS]` (15 runs, a minute; needs a kubectl on the PATH).
 *
 * `kubectl get pods` in a lab beside `kubectl version --client`, which asks nobody, in turns; then a server with 10,000 pods in a
 * process of its own: the list of all, as JSON and as the table that kubectl asks for, ten watchers that hear of every change, and its
 * memory after that. Where a kube-apiserver and an etcd are on the PATH (docs/judges.md), it is asked for the same list in the same run.
 */
import {type ChildProcess, fork} from 'node:child_process'
import {once} from 'node:events'
import {mkdtempSync, rmSync} from 'node:fs'
import {get, type RequestOptions} from 'node:https'
import {loadavg, tmpdir} from 'node:os'
import {join} from 'node:path'
import {clientCertificate} from '../src/apiserver/tls/certificates.ts'
import {sessionOf} from '../src/cluster/session.ts'
import {startJudge} from '../test/judges/_kube-apiserver.ts'
import {programNamed} from '../test/judges/_programs.ts'
import {markdown, median, podlab, timeOf} from './timing.ts'

const runs = Number(process.argv[2] ?? 15)
const pods = 10_000
const watchers = 10
/** Fewer than the store remembers, so that a watcher that is behind is not told to list again. */
const updates = 5000
const rounds = 5
const table = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json'
const path = '/api/v1/namespaces/default/pods'

type Row = readonly [what: string, podlab: string, target: string, beside: string, ratio: string]

const loadBefore = loadavg()[0]?.toFixed(1)
const rows: Row[] = [...(await kubectlRows()), ...(await serverRows())]
process.stdout.write(markdown([['what', 'podlab', 'target', 'beside it', 'ratio'], ...rows]))
process.stdout.write(`\nLoad of the machine: ${loadBefore} to ${loadavg()[0]?.toFixed(1)}\n`)

async function kubectlRows(): Promise<readonly Row[]> {
  if (programNamed('kubectl') === undefined) return []
  const scratch = mkdtempSync(join(tmpdir(), 'podlab-bench-'))
  const environment = {XDG_RUNTIME_DIR: scratch, HOME: scratch}
  const lab = join(import.meta.dirname, '../labs/kubia')
  try {
    await timeOf([...podlab, 'up', lab], {environment})
    const KUBECONFIG = join(sessionOf('kubia', environment).folder, 'kubeconfig')
    const asked: number[] = []
    const alone: number[] = []
    // The first finds out what the server serves, and keeps it.
    await timeOf(['kubectl', 'get', 'pods'], {environment: {...environment, KUBECONFIG}})
    for (let run = 0; run < runs; run++) {
      asked.push((await timeOf(['kubectl', 'get', 'pods'], {environment: {...environment, KUBECONFIG}})).untilEnd)
      alone.push((await timeOf(['kubectl', 'version', '--client'], {environment})).untilEnd)
    }
    const [get, version] = [median(asked), median(alone)]
    return [
      [
        '`kubectl get pods`',
        ms(get),
        `${ms(version + 10)}`,
        `\`version --client\` ${ms(version)}`,
        ratio(get, version),
      ],
    ]
  } finally {
    await timeOf([...podlab, 'down', 'kubia'], {environment})
    rmSync(scratch, {recursive: true, force: true})
  }
}

async function serverRows(): Promise<readonly Row[]> {
  const child = fork(join(import.meta.dirname, '_api-process.ts'), [`${pods}`])
  try {
    const [{authority, port}] = await once(child, 'message')
    const admin = {commonName: 'kubernetes-admin', organizations: ['system:masters']}
    const {certificate: cert, key} = clientCertificate(authority, admin, new Date())
    const options = {host: '127.0.0.1', port, ca: authority.certificate, cert, key, agent: false as const}
    const [list, asTable] = [await listing(options, 'application/json'), await listing(options, table)]
    const rates: number[] = []
    let memory = 0
    for (let round = 0; round < rounds; round++) {
      const {seconds, rss} = await fanOut(child, options)
      rates.push(updates / seconds)
      memory = rss
    }
    const judged = await judgedList()
    const beside = judged === undefined ? '' : `kube-apiserver 1.20 ${sized(judged)}`
    return [
      ['list of 10,000 pods', sized(list), '100 ms', beside, judged === undefined ? '' : ratio(list.ms, judged.ms)],
      ['the same as a table', sized(asTable), '', '', ''],
      ['updates a second, each to 10 watchers', Math.round(median(rates)).toLocaleString('en'), '30,000', '', ''],
      ['memory of the process after it', `${Math.round(memory / 2 ** 20)} MB`, '200 MB', '', ''],
    ]
  } finally {
    child.kill()
  }
}

type Listing = {readonly ms: number; readonly megabytes: number}

async function listing(options: RequestOptions, accept: string): Promise<Listing> {
  const times: number[] = []
  let bytes = 0
  for (let run = 0; run < runs; run++) {
    const began = performance.now()
    const [answer] = await once(
      get({...options, path: `${path}?resourceVersion=0`, headers: {...options.headers, accept}}),
      'response',
    )
    bytes = 0
    for await (const piece of answer) bytes += piece.length
    times.push(performance.now() - began)
  }
  return {ms: median(times), megabytes: bytes / 1e6}
}

/** Ten that watch, until each has heard of all changes. */
async function fanOut(child: ChildProcess, options: RequestOptions): Promise<{seconds: number; rss: number}> {
  const heard = Array.from({length: watchers}, async () => {
    const [answer] = await once(
      get({...options, path: `${path}?watch=true&resourceVersion=${await revision(options)}`}),
      'response',
    )
    return {answer, all: lines(answer, updates)}
  })
  const watching = await Promise.all(heard)
  const began = performance.now()
  child.send({updates})
  const [[{rss}]] = await Promise.all([once(child, 'message'), ...watching.map(({all}) => all)])
  const seconds = (performance.now() - began) / 1000
  for (const {answer} of watching) answer.destroy()
  return {seconds, rss}
}

async function revision(options: RequestOptions): Promise<string> {
  const [answer] = await once(get({...options, path: `${path}?limit=1`}), 'response')
  let text = ''
  for await (const piece of answer) text += piece
  return JSON.parse(text).metadata.resourceVersion
}

function lines(answer: NodeJS.ReadableStream, wanted: number): Promise<void> {
  let seen = 0
  return new Promise((resolve, reject) => {
    answer.on('error', reject)
    answer.on('end', () => reject(new Error(`a watch ended after ${seen} of ${wanted} changes`)))
    answer.on('data', (piece: Buffer) => {
      for (let at = piece.indexOf(10); at >= 0; at = piece.indexOf(10, at + 1)) seen++
      if (seen >= wanted) resolve()
    })
  })
}

/** The same list of a real kube-apiserver, with as many pods; undefined where there is none. */
async function judgedList(): Promise<Listing | undefined> {
  if (!programNamed('kube-apiserver') || !programNamed('etcd')) return undefined
  const judge = await startJudge()
  try {
    const headers = {'content-type': 'application/json'}
    const create = async (index: number) => {
      const pod = {metadata: {name: `pod-${index}`}, spec: {containers: [{name: 'main', image: 'luksa/kubia'}]}}
      await judge.ask({method: 'POST', path, headers, body: JSON.stringify(pod)})
    }
    for (let index = 0; index < pods; index += 50)
      await Promise.all(Array.from({length: 50}, (_, place) => create(index + place)))
    const authorization = `Bearer ${judge.token}`
    const options = {host: '127.0.0.1', port: judge.port, rejectUnauthorized: false, agent: false as const}
    return await listing({...options, headers: {authorization}}, 'application/json')
  } finally {
    await judge.stop()
  }
}

function ms(time: number): string {
  return `${time.toFixed(0)} ms`
}

function sized({ms: time, megabytes}: Listing): string {
  return `${ms(time)} (${megabytes.toFixed(1)} MB)`
}

function ratio(one: number, other: number): string {
  return (one / other).toFixed(2)
}
