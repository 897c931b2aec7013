import {toolMissing} from '../../kernel/failure.ts'
import type {Kernel} from '../../kernel/kernel.ts'
import {linuxKernel} from '../../kernel/linux.ts'
import {splitNftChange} from '../../kernel/nftables/change.ts'
import type {Op} from '../../kernel/op.ts'
import {splitChange} from '../../kernel/rules/iptables.ts'
import {type Runtime, RuntimeError} from '../../node/runtime/runtime.ts'

/**
 * Namespaces are made by the runtime, with a process that owns them; the kernel's tools run there too. Without root a netlink
 * socket's send buffer cannot be raised, so that iptables-restore and nft fail on large changes ("Message too long"): they go in steps,
 * each of which leaves rules that work.
 */
export function kernelOf(runtime: Runtime, rootless: boolean): Kernel {
  const kernel = linuxKernel({
    run: ({netns, argv, input = ''}) =>
      runtime.run({netns, argv, input}).catch((error: unknown) => {
        throw error instanceof RuntimeError && error.kind === 'ToolMissingError' ? toolMissing(argv[0], netns) : error
      }),
    netlink: runtime.netlink,
    namespaces: {
      create: async netns => void (await runtime.hold({netns, hostname: netns, as: 'pod'})),
      remove: netns => runtime.release(netns),
    },
  })
  return rootless ? {...kernel, apply: (netns, ops) => kernel.apply(netns, ops.flatMap(inSteps))} : kernel
}

function inSteps(op: Op): readonly Op[] {
  if (op.op === 'changeRules') return splitChange(op.change).map(change => ({op: 'changeRules', change}))
  if (op.op === 'changeTable') return splitNftChange(op.change).map(change => ({op: 'changeTable', change}))
  return [op]
}
