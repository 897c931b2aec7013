import {parseIpvsConnections} from '../ipvs/parse.ts'
import type {IpvsConnections} from '../ipvs/table.ts'
import {KernelError, type Run} from '../kernel.ts'

/**
 * The connections of ip_vs. `ipvsadm -Ln` asks the kernel for one virtual server after the other, so that a list of a thousand takes a thousand times what
 * one does; that of a few is asked for one by one.
 */
export async function observeConnections(
  run: Run,
  {netns, servers}: {readonly netns: string; readonly servers: readonly string[] | undefined},
): Promise<IpvsConnections> {
  if (servers === undefined) return connectionsOf(run, {netns, words: []})
  const questions = servers.length > fewServers ? [[]] : servers.map(key => key.split(' '))
  const found = await Promise.all(questions.map(words => connectionsOf(run, {netns, words})))
  return Object.assign(Object.fromEntries(servers.map(key => [key, {}])), ...found)
}

/* Each is a process. */
const fewServers = 8

async function connectionsOf(
  run: Run,
  {netns, words}: {readonly netns: string; readonly words: readonly string[]},
): Promise<IpvsConnections> {
  const argv = ['ipvsadm', '-Ln', ...words] as const
  const {code, stdout, stderr} = await run({netns, argv})
  if (code === 0) return parseIpvsConnections(stdout)
  if (words.length > 0 && stderr.includes('No such service')) return {}
  const line = argv.join(' ')
  throw new KernelError(`${stderr.trim()}: ${line} (in network namespace ${netns})`, {code: 'unreadable', netns, line})
}
