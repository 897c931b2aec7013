import {noSuchNetns, toolMissing} from './failure.ts'
import type {KernelError, Run} from './kernel.ts'
import {netnsPath} from './netns-path.ts'
import {systemPath} from './system-path.ts'

/** Runs programs with nsenter, in namespaces that have a name under /run/netns. */
export function nsenterRun(): Run {
  return async ({netns, argv, input, signal}) => {
    const result = await runTool({
      argv: ['nsenter', `--net=${netnsPath(netns)}`, '--', ...argv],
      netns,
      ...(input !== undefined && {input}),
      ...(signal && {signal}),
    })
    const failure = nsenterFailure(result.stderr, {tool: argv[0], netns})
    if (failure !== undefined) throw failure
    return result
  }
}

/** What nsenter itself complains of, if it does: the program is not there, or the namespace. */
export function nsenterFailure(stderr: string, {tool, netns}: {tool: string; netns: string}): KernelError | undefined {
  if (/^nsenter: failed to execute/m.test(stderr)) return toolMissing(tool, netns)
  return /^nsenter: (cannot open|reassociate)/m.test(stderr) ? noSuchNetns(netns) : undefined
}

/** Runs a system tool where podlab itself is. `netns` is what the errors speak of. */
export async function runTool({argv, input = '', signal, netns}: Parameters<Run>[0]): ReturnType<Run> {
  const {execa} = await import('execa') // loading it takes as long as a lab's network; the daemon has a runner of its own
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
