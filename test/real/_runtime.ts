import type {TestFn} from 'ava'
import type {ContainerSpec} from '../../src/node/runtime/container.ts'
import type {RunAnswer} from '../../src/node/runtime/protocol.ts'
import type {Runtime} from '../../src/node/runtime/runtime.ts'
import type {Sandbox} from './_sandbox.ts'

/** A runtime in a sandbox, with eyes. */
export type WatchedRuntime = Pick<Runtime, 'hold' | 'release' | 'run' | 'start' | 'end' | 'remove'> & {
  ended(id: string): Promise<number>
  inside(pid: number, argv: readonly string[]): Promise<RunAnswer>
  log(id: string): Promise<string>
  residue(): Promise<{
    readonly descriptors: number
    readonly mounts: readonly number[]
    readonly processes: number
    readonly netns: readonly string[]
    readonly namespaces: number
  }>
}

export function runtimeIn({ask}: Exclude<Sandbox, {readonly refused: string}>): WatchedRuntime {
  const methods = ['hold', 'release', 'run', 'start', 'end', 'remove', 'ended', 'inside', 'log', 'residue']
  return Object.fromEntries(
    methods.map(method => [method, (...parameters: readonly unknown[]) => ask(method, ...parameters)]),
  ) as unknown as WatchedRuntime
}

const environment = {PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOSTNAME: 'web'}

/**
 *   pause ── netns NAME (uts web, ipc) ── container NAME/c0 (mnt, pid)
 *                                      └─ container NAME/c1 (mnt, pid)
 */
export async function podIn(runtime: WatchedRuntime, name: string) {
  const pausePid = await runtime.hold({netns: name, hostname: 'web', as: 'pod'})
  let count = 0
  const start = async (spec: Partial<ContainerSpec> = {}) => {
    const id = `${name}/c${count++}`
    const common = {
      root: 'busybox',
      files: {},
      argv: ['sleep', 'infinity'],
      environment,
      workingDirectory: '/',
    } as const
    const pid = await runtime.start({...common, id, pausePid, ...spec})
    /** A shell line in the container, and what it prints. */
    const sh = async (line: string) => {
      const {code, stdout, stderr} = await runtime.inside(pid, ['/bin/sh', '-c', line])
      return code === 0 ? stdout.trimEnd() : `${stderr.trimEnd()} (${code})`
    }
    return {id, pid, sh}
  }
  return {pausePid, start}
}

/** What the runtime does with the real kernel, whoever runs it. */
export function runtimeTests(test: TestFn, runtime: WatchedRuntime): void {
  test('a container sees its own processes only, the first of them with number 1', async t => {
    const pod = await podIn(runtime, 'own-processes')
    const [one, two] = [await pod.start(), await pod.start({argv: ['sleep', '1000']})]
    t.is(await one.sh('tr "\\0" " " < /proc/1/cmdline'), 'sleep infinity')
    t.is(await two.sh('set -- /proc/[0-9]*; echo $#'), '2', 'sleep, and the shell')
    t.is(await one.sh('hostname'), 'web')
  })

  test('what a container writes is its own: no other container, no other pod, no machine sees it', async t => {
    const pod = await podIn(runtime, 'own-layer')
    const [one, two] = [await pod.start(), await pod.start()]
    t.is(await one.sh('echo mine > /etc/mine && echo more > /usr/more && cat /etc/mine /usr/more'), 'mine\nmore')
    t.is(await two.sh('ls /etc/mine /usr/more 2>&1 | wc -l'), '2')
    t.regex(await two.sh('cat /etc/mine'), /No such file/)
  })

  test("the machine's programs can be replaced in a container of root host, for it alone", async t => {
    const pod = await podIn(runtime, 'host-root')
    const [one, two] = [await pod.start({root: 'host'}), await pod.start({root: 'host'})]
    t.is(await one.sh('echo hello > /usr/greeting && cat /usr/greeting'), 'hello')
    t.regex(await two.sh('cat /usr/greeting'), /No such file/)
    t.regex(await one.sh('ip -brief link show lo'), /^lo /)
    t.regex(await one.sh('ls /root /home /var/lib'), /^/)
    t.is(await one.sh('cat /etc/shadow 2>&1 | wc -l'), '1', 'nothing secret is in sight')
  })

  test('files of image and pod are there, programs among them executable', async t => {
    const pod = await podIn(runtime, 'files')
    const files = {
      '/etc/hosts': '127.0.0.1\tlocalhost\n',
      '/etc/resolv.conf': 'nameserver 10.96.0.10\n',
      '/usr/bin/hi': '#!/bin/sh\necho hi\n',
    }
    const {sh} = await pod.start({files, workingDirectory: '/srv/app'})
    t.is(await sh('cat /etc/hosts /etc/resolv.conf'), '127.0.0.1\tlocalhost\nnameserver 10.96.0.10')
    t.is(await sh('hi'), 'hi')
    t.is(await sh('readlink /proc/1/cwd'), '/srv/app')
  })

  test('devices are there, and what is not meant for containers is not', async t => {
    const pod = await podIn(runtime, 'devices')
    const {sh} = await pod.start()
    t.is(await sh('echo nothing > /dev/null; head -c 3 /dev/zero | wc -c; ls /dev/kmsg 2>&1 | wc -l'), '3\n1')
    t.regex(await sh('ls -ld /dev/stdout'), / -> \/proc\/self\/fd\/1$/)
    t.regex(await sh('touch /sys/x'), /Read-only|Permission|No such/)
  })

  test('the containers of a pod share its network, and others do not', async t => {
    const pod = await podIn(runtime, 'shared-network')
    const other = await podIn(runtime, 'other-network')
    const [one, two, three] = [await pod.start(), await pod.start(), await other.start()]
    const netns = 'readlink /proc/self/ns/net'
    t.is(await one.sh(netns), await two.sh(netns))
    t.not(await one.sh(netns), await three.sh(netns))
  })

  test('what a container prints is in its log, of all its lives', async t => {
    const pod = await podIn(runtime, 'log')
    const {id} = await pod.start({argv: ['sh', '-c', 'echo out; echo err >&2']})
    t.is(await runtime.ended(id), 0)
    t.is(await runtime.log(id), 'out\nerr\n')
    await runtime.remove(id)
    await t.throwsAsync(runtime.log(id), {message: /ENOENT/})
  })

  test('a log is cut before it fills the memory', async t => {
    const pod = await podIn(runtime, 'long-log')
    const {id} = await pod.start({argv: ['sh', '-c', 'yes podlab | head -c 40000000']})
    t.is(await runtime.ended(id), 0)
    t.true((await runtime.log(id)).length < 40_000_000)
    await runtime.remove(id)
  })

  test('the code of a container that ended is told, and 128 and the number of a signal', async t => {
    const pod = await podIn(runtime, 'codes')
    const {id} = await pod.start({argv: ['sh', '-c', 'exit 3']})
    t.is(await runtime.ended(id), 3)
    const stubborn = await pod.start({argv: ['sleep', 'infinity']})
    await runtime.end(stubborn.id, 'SIGTERM')
    t.is(
      await stubborn.sh('echo alive'),
      'alive',
      'the first process of a pid namespace gets no SIGTERM that it does not handle',
    )
    await runtime.end(stubborn.id, 'SIGKILL')
    t.is(await runtime.ended(stubborn.id), 137)
    const polite = await pod.start({argv: ['sh', '-c', 'trap "exit 0" TERM; sleep 100 & wait']})
    await runtime.end(polite.id, 'SIGTERM')
    t.is(await runtime.ended(polite.id), 0)
  })

  test('a program that is not there is a StartError that says where it was looked for', async t => {
    const pod = await podIn(runtime, 'missing')
    await t.throwsAsync(pod.start({argv: ['no-such-program']}), {
      message: 'exec: "no-such-program": executable file not found in $PATH (/usr/sbin:/usr/bin:/sbin:/bin)',
    })
    await t.throwsAsync(pod.start({argv: ['/opt/none']}), {message: 'exec: "/opt/none": no such program in the image'})
    await t.throwsAsync(
      pod.start({argv: ['/etc/passwd']}),
      {message: /no such program/},
      'nor is a file that cannot be executed',
    )
  })

  test("a played program listens in the container's name, answers, logs, and is gone with it", async t => {
    const pod = await podIn(runtime, 'played')
    await runtime.run({netns: 'played', argv: ['ip', 'link', 'set', 'lo', 'up'], input: ''})
    const kubia = await pod.start({root: 'host', argv: ['node', 'app.js'], played: 'kubia'})
    const other = await pod.start({root: 'host'})
    t.regex(await kubia.sh('ss -Hltnp'), /^LISTEN .*:8080 .*users:\(\("node",pid=1,fd=\d+\)\)/)
    t.is(await other.sh('curl -s http://127.0.0.1:8080'), "You've hit web")
    t.regex(await runtime.log(kubia.id), /^Kubia server starting\.\.\.\nReceived request from .*127\.0\.0\.1\n$/)
    await t.throwsAsync(pod.start({root: 'host', argv: ['node', 'app.js'], played: 'kubia'}), {
      message: /EADDRINUSE|taken/,
    })
    await runtime.end(kubia.id, 'SIGTERM')
    await runtime.ended(kubia.id)
    t.is(await other.sh('ss -Hltn'), '')
    const again = await pod.start({root: 'host', argv: ['node', 'app.js'], played: 'kubia'})
    t.is(await again.sh('curl -s http://127.0.0.1:8080'), "You've hit web", 'the port is free at once')
  })

  test('a program of the machine runs in a network namespace, and one that is missing is named', async t => {
    await podIn(runtime, 'tools')
    t.like(await runtime.run({netns: 'tools', argv: ['cat'], input: 'some text'}), {code: 0, stdout: 'some text'})
    t.like(
      await runtime.run({netns: 'tools', argv: ['true'], input: 'x'.repeat(1_000_000)}),
      {code: 0},
      'input that nobody reads',
    )
    t.like(await runtime.run({netns: 'tools', argv: ['sh', '-c', 'exit 4'], input: ''}), {code: 4})
    const missing = runtime.run({netns: 'tools', argv: ['no-such-tool'], input: ''})
    const error = await t.throwsAsync(missing, {message: /^the program no-such-tool cannot be run/})
    t.like(error, {kind: 'ToolMissingError'})
    await t.throwsAsync(runtime.run({netns: 'nowhere', argv: ['true'], input: ''}), {message: /\/run\/netns\/nowhere/})
  })

  test('a name that is taken is refused, and its owner lives on', async t => {
    const {start} = await podIn(runtime, 'taken')
    await t.throwsAsync(runtime.hold({netns: 'taken', hostname: 'x', as: 'pod'}), {
      message: 'there is a network namespace taken already',
    })
    t.is(await (await start()).sh('hostname'), 'web')
  })

  test("a node has the machine's programs, and /etc, /run and /tmp of its own", async t => {
    const pid = await runtime.hold({netns: 'master', hostname: 'master', as: 'node'})
    const sh = async (line: string) =>
      (
        await runtime.run({
          netns: 'master',
          argv: ['nsenter', `--target=${pid}`, '--mount', '--uts', 'sh', '-c', line],
          input: '',
        })
      ).stdout.trimEnd()
    t.is(await sh('hostname; cat /etc/hostname'), 'master\nmaster')
    t.is(await sh('echo mine > /etc/mine; echo mine > /run/mine; cat /etc/mine /run/mine'), 'mine\nmine')
    t.is(await sh('ls /run /tmp | tr "\\n" " "'), '/run: flannel mine netns podlab  /tmp:')
    await runtime.release('master')
  })

  test('twenty containers that start together all run', async t => {
    const pods = await Promise.all(Array.from({length: 10}, (_, index) => podIn(runtime, `many-${index}`)))
    const containers = await Promise.all(pods.flatMap(pod => [pod.start(), pod.start()]))
    t.is(new Set(containers.map(({pid}) => pid)).size, 20)
    const names = await Promise.all(containers.map(({sh}) => sh('tr "\\0" " " < /proc/1/cmdline')))
    t.deepEqual(new Set(names), new Set(['sleep infinity']))
  })

  test('containers that end at once are all heard of', async t => {
    const pod = await podIn(runtime, 'short')
    const ids = await Promise.all(Array.from({length: 30}, async () => (await pod.start({argv: ['true']})).id))
    t.deepEqual(new Set(await Promise.all(ids.map(id => runtime.ended(id)))), new Set([0]))
  })
}

/** To be run alone, in a sandbox where nothing else happens. */
export function leakTests(test: TestFn, runtime: WatchedRuntime): void {
  test('fifty pods that came and went, good ones and bad ones, leave nothing behind', async t => {
    const cycle = async (index: number) => {
      const name = `pod-${index}`
      const pod = await podIn(runtime, name)
      const sleep = await pod.start({root: index % 2 === 0 ? 'host' : 'busybox'})
      const kubia = await pod.start({root: 'host', argv: ['node', 'app.js'], played: 'kubia'})
      await t.throwsAsync(pod.start({argv: ['no-such-program']}))
      await t.throwsAsync(pod.start({root: 'host', argv: ['node', 'app.js'], played: 'kubia'}))
      for (const {id} of [sleep, kubia]) {
        await runtime.end(id, 'SIGKILL')
        await runtime.ended(id)
        await runtime.remove(id)
      }
      await runtime.release(name)
    }
    for (let index = 0; index < 5; index++) await cycle(index) // what is made once, is made
    const before = await runtime.residue()
    for (let index = 5; index < 55; index++) await cycle(index)
    t.deepEqual(await runtime.residue(), before)
    t.deepEqual(before.netns, [])
    t.is(before.namespaces, 1, 'the worker thread is at home')
  })
}
