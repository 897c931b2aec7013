import {closeSync, fstatSync, openSync, readSync} from 'node:fs'
import type {Agent} from '../../node/agent.ts'
import {containerId} from '../../node/pods/container-spec.ts'
import {logPath} from '../../node/runtime/logs.ts'
import {findContainer} from './inside.ts'

/** What a container has printed in all its lives; of much, the last megabyte. Empty when it has not printed anything. */
export function readLogs(agents: readonly Agent[], target: string): string {
  const {pod, container} = findContainer(agents, target)
  return readEnd(logPath(containerId(pod, container)), 2 ** 20)
}

function readEnd(path: string, longest: number): string {
  const file = openIfThere(path)
  if (file === undefined) return ''
  try {
    const {size} = fstatSync(file)
    const buffer = Buffer.alloc(Math.min(size, longest))
    const length = readSync(file, buffer, 0, buffer.length, size - buffer.length)
    return buffer.toString('utf8', 0, length)
  } finally {
    closeSync(file)
  }
}

function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, 'r')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
