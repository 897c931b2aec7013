import test from 'ava'
import {KernelError} from '../../src/kernel/kernel.ts'
import {nsenterFailure, nsenterRun, runTool} from '../../src/kernel/run.ts'

test('a missing tool is named with its Debian package', t => {
  const stderr = 'nsenter: failed to execute sysctl: No such file or directory\n'
  t.like(nsenterFailure(stderr, {tool: 'sysctl', netns: 'n'}), {
    code: 'tool-missing',
    message: 'The program sysctl is missing; it comes with the package procps: apt-get install procps',
  })
})

test('a namespace without a file, or with a wrong one, is none', t => {
  const missing = 'nsenter: cannot open /run/netns/n: No such file or directory\n'
  const wrong = "nsenter: reassociate to namespace 'ns/net' failed: Invalid argument\n"
  t.like(nsenterFailure(missing, {tool: 'ip', netns: 'n'}), {code: 'no-such-netns', netns: 'n'})
  t.like(nsenterFailure(wrong, {tool: 'ip', netns: 'n'}), {code: 'no-such-netns', netns: 'n'})
})

test('what a tool itself complains of is not nsenter’s', t =>
  t.is(nsenterFailure('Cannot find device "x"\n', {tool: 'ip', netns: 'n'}), undefined))

test('a program that is nowhere is an error', t =>
  t.throwsAsync(runTool({netns: 'n', argv: ['no-such-program']}), {instanceOf: KernelError, code: 'tool-missing'}))

test('a tool sees plain English, the system’s own programs and nothing else of the environment', async t => {
  const {code, stdout} = await runTool({netns: 'n', argv: ['env']})
  t.is(code, 0)
  t.deepEqual(stdout.trim().split('\n').sort(), [
    'LC_ALL=C',
    'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  ])
})

test('input arrives, and the exit code comes back', async t => {
  t.like(await runTool({netns: 'n', argv: ['cat'], input: 'a\nb\n'}), {code: 0, stdout: 'a\nb\n'})
  t.like(await runTool({netns: 'n', argv: ['false']}), {code: 1})
})

test('a run can be called off', async t => {
  const signal = AbortSignal.timeout(20)
  await t.throwsAsync(runTool({netns: 'n', argv: ['sleep', '60'], signal}), {name: 'TimeoutError'})
})

test('a name that leads elsewhere is no namespace', t =>
  t.throwsAsync(nsenterRun()({netns: '../../proc/1/ns/net', argv: ['true']}), {code: 'no-such-netns'}))
