import {
  appendFileSync,
  closeSync,
  type FSWatcher,
  mkdirSync,
  openSync,
  rmdirSync,
  rmSync,
  statSync,
  watch,
} from 'node:fs'
import {dirname} from 'node:path'
import type {Syscalls} from '../../kernel/syscalls.ts'
import {layout} from './layout.ts'
import {type LogMark, withMark} from './log-marks.ts'

/*
 * What containers print: each life of a container has a log, NUMBER.log, as on a real node, and the present life and that before are
 * kept. A container writes to its log straight, with nobody in between, and always at the end of the file (O_APPEND). A log that has
 * grown too long is cut under the container's hands: the memory of its beginning is given back, the places of its bytes stay.
 */
const longest = 10 * 2 ** 20

/** So much is given back at once. */
const chunk = 2 ** 20

/** The log of one life of a container. Bytes are counted from the first that was printed, cut off or not. */
export type LogLife = {
  readonly number: number
  readonly path: string
  readonly syscalls: Pick<Syscalls, 'punchHole'>
  /** Undefined where the kernel has no watches left; such a log is cut only when its life is over. */
  readonly watcher: FSWatcher | undefined
  /** Which byte the file begins with, and how many of its first ones are cut off. */
  base: number
  cut: number
  /** How long the file was when it was last looked at. */
  size: number
  /** When how much had been printed. */
  marks: readonly LogMark[]
  /** Nothing follows any more. */
  over: boolean
  /** Those who wait for more. */
  readonly waiting: Set<() => void>
}

type ContainerLog = {readonly present: LogLife; readonly previous: LogLife | undefined}

const logs = new Map<string, ContainerLog>()

/** Begins the log of a container's next life, and opens it for writing at its end; the caller closes the descriptor. */
export function openLog(id: string, syscalls: LogLife['syscalls']): number {
  const {present, previous} = logs.get(id) ?? {}
  if (present) close(present)
  if (previous) rmSync(previous.path, {force: true})
  const number = present ? present.number + 1 : 0
  const path = `${folderOf(id)}/${number}.log`
  mkdirSync(dirname(path), {recursive: true})
  const descriptor = openSync(path, 'a')
  const watcher = attempt(() => watch(path, () => attempt(() => grew(life))))
  watcher?.on('error', () => undefined)
  const life: LogLife = {
    ...{number, path, syscalls, watcher, waiting: new Set()},
    ...{base: 0, cut: 0, size: 0, marks: [], over: false},
  }
  logs.set(id, {present: life, previous: present})
  return descriptor
}

/** Adds a line; one that finds no room is lost, as a server does not end for its log's sake. */
export function writeLog(id: string, line: string): void {
  appendLog(id, `${line}\n`)
}

/** Adds what a container's terminal shows. */
export function appendLog(id: string, text: string | Buffer): void {
  const life = logs.get(id)?.present
  if (life && !life.over) attempt(() => appendFileSync(life.path, text))
}

/** Nothing more is printed: the container has ended. */
export function endLog(id: string): void {
  const life = logs.get(id)?.present
  if (life) close(life)
}

/** The log of a container's present life, or of that before. */
export function findLog(id: string, which: 'present' | 'previous'): LogLife | undefined {
  return logs.get(id)?.[which]
}

/** Removes a container's logs, and the folders that hold nothing else. */
export function removeLog(id: string): void {
  const {present, previous} = logs.get(id) ?? {}
  logs.delete(id)
  for (const life of [present, previous]) {
    if (!life) continue
    close(life)
    rmSync(life.path, {force: true})
  }
  const folder = folderOf(id)
  attempt(() => rmdirSync(folder))
  attempt(() => rmdirSync(dirname(folder)))
}

function folderOf(id: string): string {
  return `${layout.logs}/${id}`
}

function close(life: LogLife): void {
  if (!life.over) attempt(() => cutIfTooLong(life))
  life.over = true
  life.watcher?.close()
  wake(life)
}

function grew(life: LogLife): void {
  cutIfTooLong(life)
  life.marks = withMark(life.marks, {at: Date.now(), bytes: life.base + life.size})
  wake(life)
}

function wake(life: LogLife): void {
  for (const look of [...life.waiting]) look()
}

/**
 * Up to which byte has been printed. A program that opens its standard output anew (`echo x > /dev/stdout`) empties the file, which
 * on a real node is a pipe: what was in it is lost, but what follows still counts on.
 */
export function endOfLog(life: LogLife): number {
  const size = statSync(life.path, {throwIfNoEntry: false})?.size ?? life.size
  if (size < life.size) {
    life.base += life.size
    life.cut = 0
  }
  life.size = size
  return life.base + size
}

function cutIfTooLong(life: LogLife): void {
  endOfLog(life)
  const {size, path, cut} = life
  if (size - cut <= longest + chunk) return
  const file = openSync(path, 'r+')
  try {
    life.syscalls.punchHole(file, size - longest)
    life.cut = size - longest
  } finally {
    closeSync(file)
  }
}

/** The first byte that has not been cut off. */
export function beginOfLog({base, cut}: LogLife): number {
  return base + cut
}

/* A log is not worth a lab: its file system may be full, the file gone. */
function attempt<T>(act: () => T): T | undefined {
  try {
    return act()
  } catch {
    return undefined
  }
}
