import {type ChildProcess, spawn} from 'node:child_process'
import {mkdirSync} from 'node:fs'
import {join} from 'node:path'
import type {ExecutionContext, TestFn} from 'ava'
import {systemPath} from '../../src/kernel/system-path.ts'
import type {Kubectl} from './_kubectl-found.ts'
import {type Account, makePlace, type Place, type Result, sessionFolder} from './_podlab.ts'
import {attachFacts} from './_streams-attach.ts'
import {execFacts} from './_streams-exec.ts'
import {forwardFacts} from './_streams-forward.ts'
import {logFacts} from './_streams-logs.ts'
import {podFacts} from './_streams-pods.ts'
import {residueTests} from './_streams-residue.ts'

/*
 * What goes through the API server as a stream of bytes, with every kubectl that this machine has:
 *
 *   kubectl ── TLS, WebSocket or SPDY ── lab daemon ── pipes, a terminal, a socket ── container
 *
 * One node; the pods `shell` (busybox), `web` (kubia on port 8080, and of a Deployment and Service `web`), `pair` (containers a and b),
 * `done` (has ended), `phoenix` (has ended once and runs again).
 */
const labFile = `
nodes: [{name: near, address: 10.0.20.11, podSubnet: 172.17.12.0/24}]
manifests:
  - {apiVersion: v1, kind: Pod, metadata: {name: shell}, spec: {terminationGracePeriodSeconds: 0, containers: [{name: main, image: busybox, command: [sh, -c, "echo one; echo two; echo three; exec sleep infinity"]}]}}
  - {apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {containers: [{name: main, image: luksa/kubia}]}}
  - {apiVersion: v1, kind: Pod, metadata: {name: pair, labels: {app: pair}}, spec: {terminationGracePeriodSeconds: 0, containers: [{name: a, image: busybox, command: [sh, -c, "echo from a; exec sleep infinity"]}, {name: b, image: busybox, command: [sh, -c, "echo from b; exec sleep infinity"]}]}}
  - {apiVersion: v1, kind: Pod, metadata: {name: done}, spec: {restartPolicy: Never, containers: [{name: main, image: busybox, command: [echo, bye]}]}}
  - {apiVersion: v1, kind: Pod, metadata: {name: phoenix}, spec: {terminationGracePeriodSeconds: 0, containers: [{name: main, image: busybox, command: [sh, -c, "if [ -e /dev/shm/was ]; then echo second life; exec sleep infinity; fi; echo first life; touch /dev/shm/was; exit 1"]}]}}
  - {apiVersion: apps/v1, kind: Deployment, metadata: {name: webs}, spec: {replicas: 1, selector: {matchLabels: {app: webs}}, template: {metadata: {labels: {app: webs}}, spec: {containers: [{name: main, image: luksa/kubia, ports: [{name: http, containerPort: 8080}]}]}}}}
  - {apiVersion: v1, kind: Service, metadata: {name: webs}, spec: {selector: {app: webs}, ports: [{name: http, port: 80, targetPort: http}]}}
`

/** A kubectl's command line, and what it says; `input` is what it reads. */
export type Run = (line: string, input?: string | Buffer) => Promise<Result & {readonly bytes: Buffer}>

/** The desk of somebody who tries one kubectl. */
export type Desk = {
  readonly kubectl: Run
  readonly client: Kubectl
  readonly place: Place
  /** A word of this client's own, for names. */
  readonly word: string
  /** Where it works. */
  readonly files: string
  /** Starts the kubectl, or a program that runs it, without waiting for its end. */
  start(words: readonly string[], program?: string): ChildProcess
}

/** One fact of one kubectl; `since` is the first that can do it, and what keeps those before from it. */
export type Fact = (
  title: string,
  act: (t: ExecutionContext, desk: Desk) => Promise<void>,
  since?: {readonly minor: number; readonly reason: string},
) => void

/** What streams carry, for an account, with each of the kubectls. */
export function streamsSuite(test: TestFn, account: Account, clients: readonly Kubectl[]): void {
  const place = makePlace(account)
  const name = place.name('streams')
  const lab = place.lab(name, labFile)
  const files = join(place.folder, 'files')
  mkdirSync(files)
  const env = {
    PATH: systemPath,
    TERM: 'xterm',
    HOME: place.folder,
    KUBECONFIG: join(sessionFolder(place, name), 'kubeconfig'),
  }

  test.serial.before(async t => {
    t.timeout(60_000)
    const {code, stderr} = await place.podlab('up', lab)
    t.deepEqual({code, stderr}, {code: 0, stderr: ''})
  })
  test.after.always(async () => {
    await place.podlab('down', '--all')
    place.remove()
  })

  for (const client of clients) {
    const start: Desk['start'] = (words, program = client.path) => {
      const child = spawn(program, words, {env, stdio: 'pipe', cwd: files})
      child.stdin.on('error', () => undefined)
      return child
    }
    const kubectl: Run = (line, input = '') => ended(start(wordsOf(line)), input)
    const desk: Desk = {kubectl, client, place, word: `v1-${client.minor}`, files, start}
    const fact: Fact = (title, act, since) => {
      const full = `${account.name}, kubectl ${client.version}: ${title}`
      if (since && client.minor < since.minor) test.skip(`${full}: ${since.reason}`, t => t.pass())
      else test.serial(full, t => act(t, desk))
    }
    for (const facts of [execFacts, attachFacts, logFacts, forwardFacts, podFacts]) facts(fact)
    if (client === clients.at(-1))
      residueTests(test, {desk, lab: name, title: `${account.name}, kubectl ${client.version}`})
  }
}

/** Gives a program its input, and waits for its end. */
export function ended(child: ChildProcess, input: string | Buffer): ReturnType<Run> {
  return new Promise((resolve, reject) => {
    const [out, err]: [Buffer[], Buffer[]] = [[], []]
    child.stdout?.on('data', piece => out.push(piece))
    child.stderr?.on('data', piece => err.push(piece))
    child.stdin?.end(input)
    const timer = setTimeout(() => child.kill('SIGKILL'), 60_000)
    child.on('error', reject)
    child.on('close', code => {
      clearTimeout(timer)
      const bytes = Buffer.concat(out)
      resolve({code, stdout: bytes.toString(), stderr: Buffer.concat(err).toString(), bytes})
    })
  })
}

/* As a shell would cut a line, with double quotes only. */
function wordsOf(line: string): readonly string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '')
}
