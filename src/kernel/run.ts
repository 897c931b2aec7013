import {execa} from 'execa'
import {noSuchNetns, toolMissing} from './failure.ts'
import type {Run} from './kernel.ts'
import {netnsPath} from './netns-path.ts'

/** Where the system's own tools are. Not the caller's PATH: npm puts a foreign `nft` in front of it. */
const systemPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** Runs programs with nsenter, in namespaces that have a name under /run/netns. */
export function nsenterRun(): Run {
  return async ({netns, argv, input, signal}) => {
    const result = await runTool({
      argv: ['nsenter', `--net=${netnsPath(netns)}`, '--', ...argv],
      netns,
      ...(input !== undefined && {input}),
      ...(signal && {signal}),
    })
    if (/^nsenter: failed to execute/m.test(result.stderr)) throw toolMissing(argv[0], netns)
    if (/^nsenter: (cannot open|reassociate)/m.test(result.stderr)) throw noSuchNetns(netns)
    return result
  }
}

/** Runs a system tool where podlab itself is. `netns` is what the errors speak of. */
export async function runTool({argv, input = '', signal, netns}: Parameters<Run>[0]): ReturnType<Run> {
  const [tool, ...words] = argv
  const result = await execa(tool, words, {
    input,
    env: {LC_ALL: 'C', PATH: systemPath},
    extendEnv: false,
    reject: false,
    stripFinalNewline: false,
    ...(signal && {cancelSignal: signal}),
  })
  signal?.throwIfAborted()
  if (result.code === 'ENOENT') throw toolMissing(tool, netns)
  return {code: result.exitCode ?? killed, stdout: result.stdout, stderr: result.stderr}
}

/** The code that a shell reports for a program that died by a signal, the signal's number left out. */
const killed = 128
