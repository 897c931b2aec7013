import {netnsExists, noSuchNetns} from './failure.ts'
import {KernelError} from './kernel.ts'
import {netnsPath} from './netns-path.ts'
import {runTool} from './run.ts'

/** Makes network namespaces and gives them a name under /run/netns, and removes them. Throws KernelError. */
export type NetnsKeeper = {create(netns: string): Promise<void>; remove(netns: string): Promise<void>}

/** Keeps namespaces as `ip netns` does: by a name alone, without a process. */
export function ipNetns(): NetnsKeeper {
  return {
    create: netns => change('add', netns),
    remove: netns => change('del', netns),
  }
}

async function change(verb: 'add' | 'del', netns: string): Promise<void> {
  netnsPath(netns)
  const {code, stderr} = await runTool({netns, argv: ['ip', 'netns', verb, netns]})
  if (code === 0) return
  if (verb === 'add' && stderr.includes('File exists')) throw netnsExists(netns)
  if (verb === 'del' && stderr.includes('No such file')) throw noSuchNetns(netns)
  const line = `netns ${verb} ${netns}`
  throw new KernelError(`${stderr.trim()}: ip ${line}`, {code: 'op-failed', netns, line})
}
