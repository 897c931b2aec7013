import {spawnSync} from 'node:child_process'
import {createHash, randomBytes} from 'node:crypto'
import {once} from 'node:events'
import {mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {eventually} from './_podlab.ts'
import type {Fact} from './_streams.ts'

/** What exec and cp carry. */
export function execFacts(fact: Fact): void {
  fact('exec carries the streams and the exit code of a program', async (t, {kubectl}) => {
    const {code, stdout, stderr} = await kubectl(`exec -i shell -- sh -c "cat; echo err >&2; exit 7"`, 'typed')
    t.is(stdout, 'typed')
    t.is(stderr, 'err\ncommand terminated with exit code 7\n')
    t.is(code, 7)
  })

  fact('5 MB go into a container and out of it unchanged', async (t, {kubectl}) => {
    const bytes = randomBytes(5_000_000)
    const {code, bytes: back} = await kubectl('exec -i shell -- cat', bytes)
    t.deepEqual([code, hash(back)], [0, hash(bytes)])
  })

  fact('a reader that dawdles holds the program back, and gets all of it', async (t, {start}) => {
    const child = start(['exec', 'shell', '--', 'sh', '-c', 'head -c 20000000 /dev/zero'])
    let length = 0
    for (let look = 0; look < 5; look++) {
      length += (child.stdout?.read() as Buffer | null)?.length ?? 0
      await new Promise(resolve => child.stdout?.once('readable', resolve))
    }
    t.true(length < 2_000_000, 'the pipes are full, the program waits')
    for await (const piece of child.stdout ?? []) length += piece.length
    t.is(length, 20_000_000)
  })

  fact('a program that cannot be started is told of as docker does', async (t, {kubectl}) => {
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
    async (t, {kubectl}) => {
      t.is((await kubectl('exec nobody -- ls')).stderr, 'Error from server (NotFound): pods "nobody" not found\n')
      t.regex((await kubectl('exec pair -c foo -- ls')).stderr, /container foo is not valid for pod pair/)
      t.is(
        (await kubectl('exec done -- ls')).stderr,
        'error: cannot exec into a container in a completed pod; current phase is Succeeded\n',
      )
    },
  )

  fact(
    'a terminal has the size of the one before it, follows it, and tells the exit code',
    async (t, {client, start}) => {
      const line = `tty; stty cols 100 rows 30; exec ${client.path} exec -it shell -- sh`
      const child = start(['-qefc', line, '/dev/null'], 'script')
      const over = once(child, 'close')
      let said = ''
      child.stdout?.on('data', piece => {
        said += piece
      })
      const pts = await eventually('the terminal has a name', () => /\/dev\/pts\/\d+/.exec(said)?.[0])
      await eventually('the shell prompts', () => said.includes('# '))
      child.stdin?.write('stty size\n')
      await eventually('the size is that of the terminal', () => said.includes('30 100'))
      t.is(spawnSync('stty', ['-F', pts, 'cols', '90', 'rows', '20']).status, 0)
      child.stdin?.write(
        'while [ "$(stty size)" != "20 90" ]; do usleep 1000; done; echo new size is "$(stty size)"; exit 5\n',
      )
      const [code] = await over
      t.regex(said, /new size is 20 90/)
      t.is(code, 5)
    },
  )

  fact('a folder is copied into a container and back', async (t, {kubectl, files, word}) => {
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

  fact('a program whose kubectl is killed ends too', async (t, {kubectl, start}) => {
    const child = start(['exec', '-i', 'shell', '--', 'sleep', '4321'])
    const count = async () => (await kubectl(`exec shell -- sh -c "ps | grep -c '[s]leep 4321'"`)).stdout.trim()
    while ((await count()) !== '1') if (child.exitCode !== null) return t.fail('kubectl ended by itself')
    child.kill('SIGKILL')
    for (let look = 0; look < 100 && (await count()) !== '0'; look++);
    t.is(await count(), '0')
  })
}

function hash(bytes: Buffer): string {
  return createHash('sha1').update(bytes).digest('hex')
}
