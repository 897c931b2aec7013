import type {TestFn} from 'ava'
import {environment, podIn, type WatchedRuntime} from './_watched-runtime.ts'

/** How processes begin and end, alone and many at once. */
export function endTests(test: TestFn, runtime: WatchedRuntime): void {
  test('containers that share their processes see each other below the pause, which reaps; one that ends takes its own along', async t => {
    const pausePid = await runtime.hold({netns: 'shared', hostname: 'web', as: 'pod', sharesProcesses: true})
    const common = {
      pausePid,
      root: 'busybox',
      files: {},
      environment,
      workingDirectory: '/',
      processesOf: pausePid,
    } as const
    await runtime.start({...common, id: 'shared/one', argv: ['sh', '-c', 'sleep 401 & exec sleep 402']})
    const other = await runtime.start({...common, id: 'shared/two', argv: ['sleep', '403']})
    /** What ps shows once the condition holds, which may take a moment: processes start and die when it is their turn. */
    const psWhen = async (condition: string) => {
      const line = `for i in $(seq 1000); do ps -o pid,args > /tmp/ps; ${condition} && break; done; cat /tmp/ps`
      return (await runtime.inside(other, ['sh', '-c', line])).stdout
    }
    const seen = await psWhen('[ $(grep -c "[0-9] [s]leep 40[123]$" /tmp/ps) = 3 ]')
    t.regex(seen, /^ +1 \/pause$/m)
    for (const seconds of [401, 402, 403]) t.regex(seen, new RegExp(`sleep ${seconds}$`, 'm'))
    await runtime.end('shared/one', 'SIGKILL')
    t.is(await runtime.ended('shared/one'), 137)
    const left = await psWhen('! grep -q "[s]leep 40[12]$" /tmp/ps')
    t.notRegex(left, /sleep 40[12]$/m)
    t.regex(left, /sleep 403$/m)
    await runtime.end('shared/two', 'SIGKILL')
    await runtime.ended('shared/two')
    await runtime.release('shared')
  })

  test('the owner of namespaces that dies by itself is heard of', async t => {
    const pausePid = await runtime.hold({netns: 'dying', hostname: 'web', as: 'pod'})
    await runtime.run({netns: 'dying', argv: ['kill', '-9', `${pausePid}`], input: ''})
    t.is(await runtime.ended('dying'), 137)
    await runtime.release('dying')
    await runtime.hold({netns: 'dying', hostname: 'web', as: 'pod'})
    await runtime.release('dying')
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
    const polite = await pod.start({argv: ['sh', '-c', 'trap "exit 0" TERM; echo ready; sleep 100 & wait']})
    await runtime.log({id: polite.id, which: 'present', from: {}, waitMs: 60_000}) // until then it handles no SIGTERM, either
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

  test('its turn comes when all is there that was asked for before', async t => {
    const heard: string[] = []
    const hold = (netns: string) => runtime.hold({netns, hostname: 'web', as: 'pod'}).then(() => void heard.push(netns))
    const turn = () => runtime.turn().then(() => void heard.push('turn'))
    await Promise.all([hold('before-1'), hold('before-2'), turn(), hold('behind')])
    t.deepEqual(heard, ['before-1', 'before-2', 'turn', 'behind'])
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
