import {spawn} from 'node:child_process'
import type {Readable} from 'node:stream'
import {finished} from 'node:stream/promises'
import {afterLull, lull} from '../../kernel/lull.ts'
import type {Namespaces} from '../../kernel/namespaces.ts'
import type {AskAnswer, ExecQuestion} from './ask.ts'
import {ended, spawned} from './child.ts'
import {signalTree} from './signal-tree.ts'

/** Runs a program in a container to its end; one that takes too long is killed with all that it has started. */
export async function runInside(
  namespaces: Namespaces,
  {pid, argv, environment, workingDirectory, timeoutMs}: ExecQuestion & {readonly timeoutMs: number},
  signal: AbortSignal,
): Promise<AskAnswer> {
  const [program = '', ...words] = argv
  const kinds = ['net', 'uts', 'ipc', 'mnt', 'pid'] as const
  const join = Object.fromEntries(kinds.map(kind => [kind, `/proc/${pid}/ns/${kind}`]))
  const child = namespaces.within({join}, () =>
    spawn(program, words, {
      cwd: workingDirectory,
      env: {...environment},
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    }),
  )
  try {
    await spawned(child)
  } catch (error) {
    return {came: 'error', said: notStarted(program, environment, error)}
  }
  let over = false
  const end = () => {
    over = true
    if (child.pid !== undefined) signalTree(child.pid, 'SIGKILL')
  }
  const stop = afterLull(timeoutMs, end)
  signal.addEventListener('abort', end, {once: true})
  if (signal.aborted) end()
  const outputs = [child.stdout, child.stderr]
  const said = collect(outputs)
  try {
    const code = await ended(child)
    await Promise.race([Promise.all(outputs.map(stream => finished(stream).catch(() => undefined))), lull(drainMs)])
    return over
      ? {
          came: 'failure',
          said: `command timed out: ${JSON.stringify(argv.join(' '))} timed out after ${timeoutMs / 1000}s`,
        }
      : {came: 'answer', code, said: said()}
  } finally {
    stop()
    signal.removeEventListener('abort', end)
    for (const stream of outputs) stream.destroy()
  }
}

function notStarted(program: string, {PATH = ''}: Readonly<Record<string, string>>, error: unknown): string {
  const {code, message} = error as {code?: string; message: string}
  if (code !== 'ENOENT') return `exec: "${program}": ${code === 'EACCES' ? 'permission denied' : message}`
  return program.includes('/')
    ? `exec: "${program}": stat ${program}: no such file or directory`
    : `exec: "${program}": executable file not found in $PATH (${PATH})`
}

/* What a program prints; of much, the beginning. */
function collect(streams: readonly Readable[]): () => string {
  let text = ''
  for (const stream of streams)
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      if (text.length < longestOutput) text = (text + chunk).slice(0, longestOutput)
    })
  return () => text.trim()
}

/** How long to wait for the rest of what an ended program has printed: its own children may hold the other end for ever. */
const drainMs = 100

const longestOutput = 10 * 1024
