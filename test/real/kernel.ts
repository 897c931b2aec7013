import test from 'ava'
import {kernelContract} from '../contract/kernel.ts'
import {startKernel} from './_kernel.ts'

const sandbox = await startKernel()

if ('refused' in sandbox) test.skip(`no sandbox here: ${sandbox.refused}`, () => undefined)
else {
  kernelContract(test, sandbox.kernel, {runs: 15})
  test.after.always(() => sandbox.stop())
}
