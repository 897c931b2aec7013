import test from 'ava'
import {kernelContract} from '../contract/kernel.ts'
import {kernelIn} from './_kernel.ts'
import {startSandbox} from './_sandbox.ts'

const sandbox = await startSandbox('_netlink-kernel-host.ts')
const kernel = kernelIn(sandbox)

if ('refused' in kernel || 'refused' in sandbox)
  test.skip(`no sandbox here: ${JSON.stringify(kernel)}`, () => undefined)
else {
  kernelContract(test, kernel.kernel, {runs: 5})

  test('a batch of settings needs no process', async t => {
    await kernel.kernel.create('quiet')
    const before = await sandbox.ask('done')
    await kernel.kernel.apply('quiet', [{op: 'setLink', name: 'lo', set: {up: true, mtu: 1400}}])
    t.true(Number(await sandbox.ask('done')) > Number(before))
    t.like((await kernel.kernel.observe('quiet')).links, [{name: 'lo', up: true, mtu: 1400}])
  })

  test.after.always(() => kernel.stop())
}
