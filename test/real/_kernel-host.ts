/**
 * The first process of a test's sandbox: serves a linux kernel to its parent over node's IPC. When the parent goes, it goes, and
 * the sandbox with it.
 */
import {execFileSync} from 'node:child_process'
import {mkdirSync} from 'node:fs'
import {KernelError} from '../../src/kernel/kernel.ts'
import {linuxKernel} from '../../src/kernel/linux.ts'
import {nsenterRun} from '../../src/kernel/run.ts'
import type {Answer, Question} from './_kernel.ts'

process.on('disconnect', () => process.exit())
execFileSync('mount', ['--make-rprivate', '/'])
execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', '/run'])
mkdirSync('/run/netns')

const kernel = linuxKernel({run: nsenterRun()})

process.on('message', async ({id, method, parameters}: Question) => {
  const call = kernel[method] as (...parameters: readonly unknown[]) => Promise<unknown>
  answer(
    await call(...parameters).then(
      value => ({id, value}),
      error => ({id, error: plain(error)}),
    ),
  )
})
answer({id: 0, value: 'ready'})

function answer(answer: Answer): void {
  process.send?.(answer)
}

function plain(error: Error): NonNullable<Answer['error']> {
  const {name, message, stack = ''} = error
  return error instanceof KernelError
    ? {name, message, stack, code: error.code, netns: error.netns, line: error.line}
    : {name, message, stack}
}
