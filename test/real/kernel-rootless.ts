import test from 'ava'
import {kernelContract} from '../contract/kernel.ts'
import {startRootlessKernel} from './_kernel.ts'

const sandbox = await startRootlessKernel()

if ('refused' in sandbox) test.skip(`no sandbox here: ${sandbox.refused}`, () => undefined)
else {
  kernelContract(test, sandbox.kernel, {runs: 5})
  test.after.always(() => sandbox.stop())
}
