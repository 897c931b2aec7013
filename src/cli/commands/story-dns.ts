import {connectLab} from '../../cluster/lab-client.ts'
import {chooseLab} from '../../cluster/running-labs.ts'
import {tellLookup} from '../../cluster/story/dns/tell.ts'
import {watchLookup} from '../../cluster/story/dns/watch-lookup.ts'
import {type CommandOptions, UsageError} from '../command.ts'
import {exitCode} from '../exit-code.ts'
import {programName} from '../program-name.ts'

/** Lets a pod look a name up, and tells each query: what was asked, whom, by which way, and what the answer was. */
export async function storyOfLookup(
  words: readonly string[],
  options: CommandOptions,
  signal: AbortSignal,
): Promise<number> {
  const [pod, name, more] = words
  if (pod === undefined || name === undefined || more !== undefined)
    throw new UsageError(`which pod, and which name? Like: ${programName} story dns client kubia`)
  const running = await chooseLab(options.lab as string | undefined)
  const lab = await connectLab(running, {program: programName, named: options.lab !== undefined})
  const where = {pod: pod.replace(/^pod\//, ''), namespace: String(options.namespace), name}
  const lookup = await watchLookup(running, lab, {...where, signal})
  const plain = {...lookup, servers: Object.fromEntries(lookup.servers)}
  process.stdout.write(options.json === true ? `${JSON.stringify(plain, undefined, 2)}\n` : tellLookup(lookup))
  return exitCode.good
}
