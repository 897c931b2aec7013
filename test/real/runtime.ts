import test from 'ava'
import {runtimeTests} from './_runtime.ts'
import {leakTests} from './_runtime-leaks.ts'
import {startSandbox} from './_sandbox.ts'
import {runtimeIn} from './_watched-runtime.ts'

const [shared, alone] = await Promise.all([startSandbox('_runtime-host.ts'), startSandbox('_runtime-host.ts')])

if ('refused' in shared) test.skip(`no sandbox here: ${shared.refused}`, () => undefined)
else {
  runtimeTests(test, runtimeIn(shared))
  test.after.always(() => shared.stop())
}
if (!('refused' in alone)) {
  leakTests(test, runtimeIn(alone))
  test.after.always(() => alone.stop())
}
