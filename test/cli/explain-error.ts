import test from 'ava'
import {UsageError} from '../../src/cli/command.ts'
import {exitCode} from '../../src/cli/exit-code.ts'
import {explainError} from '../../src/cli/explain-error.ts'
import {SinkError} from '../../src/cli/sink.ts'
import {CaptureError} from '../../src/cluster/capture.ts'
import {ControlError} from '../../src/cluster/control.ts'
import {NoNetworkError} from '../../src/cluster/find-network.ts'
import {WhichLabError} from '../../src/cluster/running-labs.ts'
import {SessionError} from '../../src/cluster/session.ts'
import {StartError} from '../../src/cluster/start-error.ts'
import {LabError} from '../../src/lab/lab-error.ts'
import {TargetError} from '../../src/lab/targets.ts'
import {FilterError} from '../../src/net/packet-filter.ts'
import {SelectorError} from '../../src/objects/selector-words.ts'

const explained = test.macro({
  exec: (t, error: unknown, code: number, message: string) => t.deepEqual(explainError(error), {message, code}),
  title: (title, error: unknown) => title || `a ${(error as Error).name} is explained`,
})

test(explained, new UsageError('which program?'), exitCode.usage, 'podlab: which program?')
test(explained, new WhichLabError('no lab is up'), exitCode.usage, 'podlab: no lab is up')
test(explained, new TargetError('"x" is no target'), exitCode.usage, 'podlab: "x" is no target')
test(explained, new SelectorError('unable to parse'), exitCode.usage, 'podlab: unable to parse')
test(explained, new SessionError('/run/podlab is not yours'), exitCode.machine, 'podlab: /run/podlab is not yours')
test(explained, new FilterError('no filter'), exitCode.usage, 'podlab: no filter')
test(explained, new CaptureError('no capture'), exitCode.failed, 'podlab: no capture')
test(explained, new NoNetworkError('no network'), exitCode.failed, 'podlab: no network')
test(explained, new SinkError('cannot write x'), exitCode.failed, 'podlab: cannot write x')
test(explained, new ControlError('there is no pod/a', 'refused'), exitCode.failed, 'podlab: there is no pod/a')
test(
  'mistakes in a file stand at their places, without a prefix',
  explained,
  new LabError([{file: 'lab.yaml', line: 1, column: 3, message: 'unknown key'}]),
  exitCode.usage,
  'lab.yaml:1:3: unknown key',
)
for (const code of ['no-sandbox', 'no-session', 'missing-tools'] as const)
  test(`${code} is the machine's fault`, explained, new StartError('no', code), exitCode.machine, 'podlab: no')
for (const code of ['already-up', 'start-failed'] as const)
  test(`${code} is not the machine's fault`, explained, new StartError('no', code), exitCode.failed, 'podlab: no')
test('a text that was thrown is shown', explained, 'a text', exitCode.failed, 'podlab: a text')

test('anything else is a bug, and shows where it happened', t => {
  const {code, message} = explainError(new TypeError('x is not a function'))
  t.is(code, exitCode.failed)
  t.regex(message, /^podlab: this is a bug in podlab:\nTypeError: x is not a function\n {4}at /)
})

test('the exit codes are those that --help tells', t => {
  t.deepEqual(exitCode, {good: 0, failed: 1, usage: 2, machine: 3, interrupted: 130})
})
