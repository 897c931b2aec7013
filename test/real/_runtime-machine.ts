import type {TestFn} from 'ava'
import {podIn, type WatchedRuntime} from './_watched-runtime.ts'

/** Nodes, names of namespaces, and the machine's tools in them. */
export function machineTests(test: TestFn, runtime: WatchedRuntime): void {
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
}
