import {
  appendFileSync,
  copyFileSync,
  type FSWatcher,
  mkdirSync,
  openSync,
  rmdirSync,
  rmSync,
  statSync,
  truncateSync,
  watch,
} from 'node:fs'
import {dirname} from 'node:path'
import {layout} from './layout.ts'

/**
 * What containers print. A container writes to its log straight, with nobody in between, and always at the end of the file
 * (O_APPEND). So a log that has grown too long can be cut under the container's hands: what it holds is kept beside it as `.1`, as
 * kubelet keeps older logs, and the next line begins the file anew.
 */
const longest = 10 * 2 ** 20

const watchers = new Map<string, FSWatcher>()

/** Where a container's output goes: standard output and error of all its lives. */
export function logPath(id: string): string {
  return `${layout.logs}/${id}.log`
}

/** Opens a container's log for writing at its end; the caller closes the descriptor. */
export function openLog(id: string): number {
  const path = logPath(id)
  mkdirSync(dirname(path), {recursive: true})
  const descriptor = openSync(path, 'a')
  if (!watchers.has(id))
    watchers.set(
      id,
      watch(path, () => attempt(() => cut(path))),
    )
  return descriptor
}

/** Adds a line; one that finds no room is lost, as a server does not end for its log's sake. */
export function writeLog(id: string, line: string): void {
  attempt(() => appendFileSync(logPath(id), `${line}\n`))
}

/** Removes a container's logs, and the folder with those of the last. */
export function removeLog(id: string): void {
  watchers.get(id)?.close()
  watchers.delete(id)
  for (const path of [logPath(id), `${logPath(id)}.1`]) rmSync(path, {force: true})
  attempt(() => rmdirSync(dirname(logPath(id))))
}

function cut(path: string): void {
  if (statSync(path).size <= longest) return
  copyFileSync(path, `${path}.1`)
  truncateSync(path)
}

/* A log is not worth a lab: the disk may be full, the file gone. */
function attempt(act: () => void): void {
  try {
    act()
  } catch {}
}
