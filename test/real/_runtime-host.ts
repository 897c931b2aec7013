/** The first process of a test's sandbox: podlab's runtime, and eyes for what it makes. */
import {execFile} from 'node:child_process'
import {readdirSync, readFileSync, readlinkSync} from 'node:fs'
import {mountSandbox} from '../../src/cluster/daemon/boot.ts'
import type {AskQuestion} from '../../src/node/runtime/ask.ts'
import {startRuntime} from '../../src/node/runtime/runtime.ts'
import {serve} from './_serve.ts'

mountSandbox()

const ends = new Map<string, PromiseWithResolvers<number>>()

function endOf(id: string): PromiseWithResolvers<number> {
  const end = ends.get(id) ?? Promise.withResolvers<number>()
  ends.set(id, end)
  return end
}

const runtime = await startRuntime({
  exited: (id, code) => endOf(id).resolve(code),
  died: error => {
    throw error
  },
})

const {streams: _, ...runtimeAlone} = runtime

serve({
  ...runtimeAlone,
  ask: (question: AskQuestion) => runtime.ask(question, new AbortController().signal),
  /** The code that a container ended with, once it has. */
  ended: (id: string) => endOf(id).promise,
  /** Runs a program beside a container's first process. */
  inside: (pid: number, argv: readonly string[]) =>
    new Promise(resolve => {
      const kinds = ['--net', '--uts', '--ipc', '--mount', '--pid']
      execFile('/usr/bin/nsenter', [`--target=${pid}`, ...kinds, '--', ...argv], {cwd: '/'}, (error, stdout, stderr) =>
        resolve({code: error ? Number(error.code) : 0, stdout, stderr}),
      )
    }),
  /** The beginning of what a container has printed in its present life. */
  printed: async (id: string) => {
    const answer = await runtime.log({id, which: 'present', from: {}, waitMs: 0})
    return answer ? Buffer.from(answer.bytes, 'latin1').toString() : undefined
  },
  /** How much of this process and its threads there is, and how many processes live in the sandbox. */
  residue: () => ({
    descriptors: readdirSync('/proc/self/fd').length,
    mounts: readdirSync('/proc/self/task').map(mountsOf),
    processes: readdirSync('/proc').filter(name => /^\d+$/.test(name)).length,
    netns: readdirSync('/run/netns'),
    namespaces: new Set(readdirSync('/proc/self/task').map(task => readlinkSync(`/proc/self/task/${task}/ns/net`)))
      .size,
  }),
})

function mountsOf(task: string): number {
  return readFileSync(`/proc/self/task/${task}/mountinfo`, 'utf8').split('\n').length - 1
}
