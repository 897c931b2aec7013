import {appendFileSync, closeSync, mkdirSync, openSync, rmdirSync, rmSync, statSync} from 'node:fs'
import {dirname} from 'node:path'
import type {Syscalls} from '../../kernel/syscalls.ts'
import {layout} from './layout.ts'
import {type LogMark, withMark} from './log-marks.ts'

/*
 * What containers print: each life of a container has a log, NUMBER.log, as on a real node, and the present life and that before are
 * kept. A container writes into a pipe, and what comes out of it is added here: were the file its standard output, `echo x > /dev/stdout`
 * would empty it. A log that has grown too long is cut: the memory of its beginning is given back, the places of its bytes stay. A file
 * is made with its first byte, as most servers never print one.
 */
const longest = 10 * 2 ** 20

/** So much is given back at once. */
const chunk = 2 ** 20

/** The log of one life of a container. Bytes are counted from the first that was printed, cut off or not. */
export type LogLife = {
  readonly number: number
  readonly path: string
  readonly syscalls: Pick<Syscalls, 'punchHole'>
  /** How many of its first bytes are cut off. */
  cut: number
  /** How much has been printed. */
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

/** Begins the log of a container's next life. */
export function openLog(id: string, syscalls: LogLife['syscalls']): void {
  const {present, previous} = logs.get(id) ?? {}
  if (present) close(present)
  if (previous) rmSync(previous.path, {force: true})
  const number = present ? present.number + 1 : 0
  const path = `${folderOf(id)}/${number}.log`
  const life: LogLife = {number, path, syscalls, cut: 0, size: 0, marks: [], over: false, waiting: new Set()}
  logs.set(id, {present: life, previous: present})
}

/** Adds a line; one that finds no room is lost, as a server does not end for its log's sake. */
export function writeLog(id: string, line: string): void {
  appendLog(id, `${line}\n`)
}

/** Adds what a container has printed. */
export function appendLog(id: string, bytes: string | Buffer): void {
  const life = logs.get(id)?.present
  if (!life || life.over) return
  if (attempt(() => append(life, bytes)) === undefined) attempt(() => find(life))
  wake(life)
}

function append(life: LogLife, bytes: string | Buffer): true {
  if (life.size === 0) mkdirSync(dirname(life.path), {recursive: true})
  appendFileSync(life.path, bytes)
  life.size += Buffer.byteLength(bytes)
  life.marks = withMark(life.marks, {at: Date.now(), bytes: life.size})
  cutIfTooLong(life)
  return true
}

/* A part of what found no room may have found some. */
function find(life: LogLife): void {
  life.size = statSync(life.path).size
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
  life.over = true
  wake(life)
}

function wake(life: LogLife): void {
  for (const look of [...life.waiting]) look()
}

function cutIfTooLong(life: LogLife): void {
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

/* A log is not worth a lab: its file system may be full, the file gone. */
function attempt<T>(act: () => T): T | undefined {
  try {
    return act()
  } catch {
    return undefined
  }
}
