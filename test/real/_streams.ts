import {spawn} from 'node:child_process'
import {createHash, randomBytes} from 'node:crypto'
import {existsSync, globSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import type {ExecutionContext, TestFn} from 'ava'
import {systemPath} from '../../src/kernel/system-path.ts'
import {type Account, makePlace, type Result, sessionFolder} from './_podlab.ts'

/*
 * What goes through the API server as a stream of bytes, with every kubectl that this machine has:
 *
 *   kubectl ── TLS, WebSocket or SPDY ── lab daemon ── pipes, a terminal, a socket ── container
 *
 * One node; the pods `shell` (busybox), `web` (kubia on port 8080), `pair` (containers a and b), `done` (has ended).
 */
const labFile = `
nodes: [{name: near, address: 10.0.20.11, podSubnet: 172.17.12.0/24}]
manifests:
  - {apiVersion: v1, kind: Pod, metadata: {name: shell}, spec: {terminationGracePeriodSeconds: 0, containers: [{name: main, image: busybox, command: [sh, -c, "echo one; echo two; echo three; exec sleep infinity"]}]}}
  - {apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {containers: [{name: main, image: luksa/kubia}]}}
  - {apiVersion: v1, kind: Pod, metadata: {name: pair}, spec: {terminationGracePeriodSeconds: 0, containers: [{name: a, image: busybox, command: [sleep, infinity]}, {name: b, image: busybox, command: [sleep, infinity]}]}}
  - {apiVersion: v1, kind: Pod, metadata: {name: done}, spec: {restartPolicy: Never, containers: [{name: main, image: busybox, command: [echo, bye]}]}}
`

/** The kubectls of this machine, one of each version: on the PATH, and those that lie beside a dispatcher. */
export function kubectls(): readonly string[] {
  const folders = [...new Set([...(process.env.PATH ?? '').split(':'), '/usr/lib/google-cloud-sdk/bin'])]
  const versioned = folders.flatMap(folder => globSync(join(folder, 'kubectl.1.*')))
  // Beside those of many versions lies one that only chooses among them.
  const plain = folders
    .filter(folder => !versioned.some(path => dirname(path) === folder))
    .map(folder => join(folder, 'kubectl'))
  const all = [...versioned, ...plain.filter(path => existsSync(path)).slice(0, 1)]
  return all.sort((one, other) => one.localeCompare(other, 'en', {numeric: true}))
}

/** What streams carry, for an account. `programs` are kubectls; the first of them tries everything, the others how they talk. */
export function streamsSuite(test: TestFn, account: Account, programs: readonly string[]): void {
  const place = makePlace(account)
  const name = place.name('streams')
  const lab = place.lab(name, labFile)
  const files = join(place.folder, 'files')
  mkdirSync(files)
  const environment = {
    PATH: systemPath,
    HOME: place.folder,
    KUBECONFIG: join(sessionFolder(place, name), 'kubeconfig'),
  }

  test.serial.before(async t => {
    const {code, stderr} = await place.podlab('up', lab)
    t.deepEqual({code, stderr}, {code: 0, stderr: ''})
  })
  test.after.always(async () => {
    await place.podlab('down', '--all')
    place.remove()
  })

  const run = (
    program: string,
    words: readonly string[],
    input: string | Buffer = '',
  ): Promise<Result & {bytes: Buffer}> =>
    new Promise((resolve, reject) => {
      const child = spawn(program, words, {env: environment, stdio: 'pipe', cwd: files, timeout: 60_000})
      const [out, err]: [Buffer[], Buffer[]] = [[], []]
      child.stdout.on('data', piece => out.push(piece))
      child.stderr.on('data', piece => err.push(piece))
      child.stdin.on('error', () => undefined)
      child.stdin.end(input)
      child.on('error', reject)
      child.on('close', code => {
        const bytes = Buffer.concat(out)
        resolve({code, stdout: bytes.toString(), stderr: Buffer.concat(err).toString(), bytes})
      })
    })

  for (const program of programs) {
    const version = program.replace(/^.*kubectl\.?/, '') || 'of the PATH'
    const word = version.toLowerCase().replace(/[^a-z0-9]+/g, '-')
    const fact = (
      title: string,
      act: (
        t: ExecutionContext,
        kubectl: (line: string, input?: string | Buffer) => ReturnType<typeof run>,
      ) => Promise<void>,
    ) =>
      test.serial(`${account.name}, kubectl ${version}: ${title}`, t =>
        act(t, (line, input) => run(program, wordsOf(line), input)),
      )

    fact('exec carries the streams and the exit code of a program', async (t, kubectl) => {
      const {code, stdout, stderr} = await kubectl(`exec -i shell -- sh -c "cat; echo err >&2; exit 7"`, 'typed')
      t.is(stdout, 'typed')
      t.is(stderr, 'err\ncommand terminated with exit code 7\n')
      t.is(code, 7)
    })

    fact('5 MB go into a container and out of it unchanged', async (t, kubectl) => {
      const bytes = randomBytes(5_000_000)
      const {code, bytes: back} = await kubectl('exec -i shell -- cat', bytes)
      t.deepEqual([code, hash(back)], [0, hash(bytes)])
    })

    fact('a program that cannot be started is told of as docker does', async (t, kubectl) => {
      const failed = 'OCI runtime exec failed: exec failed: unable to start container process: exec:'
      const missing = await kubectl('exec shell -- nope')
      t.is(
        missing.stderr,
        `${failed} "nope": executable file not found in $PATH: unknown\ncommand terminated with exit code 127\n`,
      )
      t.is(missing.code, 127)
      const file = await kubectl('exec shell -- /etc/passwd')
      t.is(file.stderr, `${failed} "/etc/passwd": permission denied: unknown\ncommand terminated with exit code 126\n`)
    })

    fact(
      'a pod, a container and a state that do not fit are refused in the words of Kubernetes',
      async (t, kubectl) => {
        t.is((await kubectl('exec nobody -- ls')).stderr, 'Error from server (NotFound): pods "nobody" not found\n')
        t.regex((await kubectl('exec pair -c foo -- ls')).stderr, /container foo is not valid for pod pair/)
        t.is(
          (await kubectl('exec done -- ls')).stderr,
          'error: cannot exec into a container in a completed pod; current phase is Succeeded\n',
        )
        t.regex((await kubectl('logs pair -c foo')).stderr, /container foo is not valid for pod pair/)
        t.is(
          (await kubectl('logs shell --previous')).stderr,
          'Error from server (BadRequest): previous terminated container "main" in pod "shell" not found\n',
        )
      },
    )

    fact('logs tell all, the end, a number of bytes, and when', async (t, kubectl) => {
      t.is((await kubectl('logs shell')).stdout, 'one\ntwo\nthree\n')
      t.is((await kubectl('logs shell --tail=1')).stdout, 'three\n')
      t.is((await kubectl('logs shell --limit-bytes=5')).stdout, 'one\nt')
      t.is((await kubectl('logs done -f')).stdout, 'bye\n')
      t.regex(
        (await kubectl('logs shell --timestamps --tail=1')).stdout,
        /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z three\n$/,
      )
    })

    fact('a folder is copied into a container and back', async (t, kubectl) => {
      const there = join(files, 'there', 'sub')
      mkdirSync(there, {recursive: true})
      writeFileSync(join(there, 'random'), randomBytes(300_000))
      t.is((await kubectl('cp there shell:/tmp/there')).code, 0)
      const back = `back-${word}`
      t.is((await kubectl(`cp shell:/tmp/there ${back}`)).code, 0)
      t.deepEqual(readdirSync(join(files, back, 'sub')), ['random'])
      t.is(hash(readFileSync(join(files, back, 'sub', 'random'))), hash(readFileSync(join(there, 'random'))))
      t.is((await kubectl('exec shell -- rm -r /tmp/there')).code, 0)
    })

    fact('a port of a pod is reached by eight connections at once', async (t, kubectl) => {
      void kubectl
      const child = spawn(program, ['port-forward', 'pod/web', ':8080'], {
        env: environment,
        stdio: ['ignore', 'pipe', 'ignore'],
      })
      try {
        const said = await new Promise<string>(resolve => {
          let text = ''
          child.stdout.on('data', piece => {
            text += piece
            if (text.includes('\n')) resolve(text)
          })
        })
        const port = /127\.0\.0\.1:(\d+)/.exec(said)?.[1]
        const ask = () =>
          fetch(`http://127.0.0.1:${port}`, {headers: {connection: 'close'}}).then(answer => answer.text())
        t.deepEqual(
          await Promise.all(Array.from({length: 8}, ask)),
          Array.from({length: 8}, () => "You've hit web\n"),
        )
      } finally {
        child.kill()
      }
    })

    fact('a program whose kubectl is killed ends too', async (t, kubectl) => {
      const child = spawn(program, ['exec', '-i', 'shell', '--', 'sleep', '4321'], {
        env: environment,
        stdio: ['pipe', 'ignore', 'ignore'],
      })
      const count = async () => (await kubectl(`exec shell -- sh -c "ps | grep -c '[s]leep 4321'"`)).stdout.trim()
      while ((await count()) !== '1') if (child.exitCode !== null) return t.fail('kubectl ended by itself')
      child.kill('SIGKILL')
      for (let look = 0; look < 100 && (await count()) !== '0'; look++);
      t.is(await count(), '0')
    })

    fact('run feeds its pod, tells what it printed, and ends with its exit code', async (t, kubectl) => {
      const pod = `typed-${word}`
      const line = `run -i --rm --quiet --restart=Never --image=busybox ${pod} -- sh -c "cat; exit 4"`
      const {code, stdout} = await kubectl(line, 'hello\n')
      t.regex(stdout, /hello\n/)
      t.is(code, 4)
    })
  }
}

/* As a shell would cut a line, with double quotes only. */
function wordsOf(line: string): readonly string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '')
}

function hash(bytes: Buffer): string {
  return createHash('sha1').update(bytes).digest('hex')
}
