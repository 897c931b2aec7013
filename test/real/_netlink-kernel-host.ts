/** The first process of a test's sandbox: the kernel as a lab has it, whose runtime speaks netlink. */
import {existsSync} from 'node:fs'
import {mountSandbox} from '../../src/cluster/daemon/boot.ts'
import {netnsExists, noSuchNetns} from '../../src/kernel/failure.ts'
import {linuxKernel} from '../../src/kernel/linux.ts'
import {netnsPath} from '../../src/kernel/netns-path.ts'
import {startRuntime} from '../../src/node/runtime/runtime.ts'
import {serve} from './_serve.ts'

mountSandbox()
const runtime = await startRuntime({
  exited: () => undefined,
  died: error => {
    throw error
  },
})
let done = 0

const kernel = linuxKernel({
  run: async ({netns, argv, input = ''}) => runtime.run({netns: known(netns), argv, input}),
  netlink: async ({netns, ops}) => {
    const isDone = await runtime.netlink({netns: known(netns), ops})
    if (isDone) done++
    return isDone
  },
  namespaces: {
    create: async netns => {
      if (existsSync(netnsPath(netns))) throw netnsExists(netns)
      await runtime.hold({netns, hostname: 'host', as: 'pod'})
    },
    remove: netns => runtime.release(known(netns)),
  },
})

serve({...kernel, /** How many batches needed no process. */ done: () => done})

function known(netns: string): string {
  if (!existsSync(netnsPath(netns))) throw noSuchNetns(netns)
  return netns
}
