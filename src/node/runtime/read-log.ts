import {readBytes} from './log-bytes.ts'
import {bytesBefore, type LogMark} from './log-marks.ts'
import {findLog, type LogLife} from './logs.ts'

export type LogQuestion = {
  readonly id: string
  readonly which: 'present' | 'previous'
  /** Where to begin, or to go on after the answer before. */
  readonly from: LogStart | LogPlace
  /**
   * How long to wait for more when there is nothing yet, in ms. Who does not wait gets what had been printed when he first asked: a busy
   * program may print faster than he reads, and he would never come to an end.
   */
  readonly waitMs: number
  /** Answer also when what was printed. */
  readonly withTimes?: boolean
}

/** From so many lines before the end, or from what was printed since then (in ms since 1970), or both; otherwise from the beginning. */
export type LogStart = {readonly tail?: number; readonly since?: number}

/** A byte of one life of the container; `end` is how much had been printed when this was first asked. */
export type LogPlace = {readonly life: number; readonly at: number; readonly end?: number}

export type LogAnswer = {
  /** The bytes, one character each (latin1). */
  readonly bytes: string
  readonly next: LogPlace
  /** There is nothing more, and nothing will come: that life of the container has ended. */
  readonly over: boolean
  /** When how much of the log had been printed, as far as it concerns these bytes. */
  readonly marks?: readonly LogMark[]
}

/** The next piece of what a container has printed; undefined when it has no such life. */
export async function readLog({id, which, from, waitMs, withTimes}: LogQuestion): Promise<LogAnswer | undefined> {
  const life = lifeOf(id, which, from)
  if (!life) return 'at' in from ? {bytes: '', next: from, over: true} : undefined
  const start = 'at' in from ? from.at : startOf(life, from)
  const deadline = performance.now() + waitMs
  while (start >= life.size && !life.over && performance.now() < deadline)
    await growth(life, deadline - performance.now())
  const at = Math.max(start, life.cut)
  const end = ('at' in from ? from.end : undefined) ?? life.size
  const bytes = readRange(life, at, Math.max(0, Math.min(piece, waitMs > 0 ? piece : end - at)))
  const next = {life: life.number, at: at + bytes.length, end}
  const over = life.over && next.at >= life.size
  return {bytes: bytes.toString('latin1'), next, over, ...(withTimes && {marks: marksOf(life.marks, at, next.at)})}
}

/* Those that tell of bytes between two places. */
function marksOf(marks: readonly LogMark[], from: number, to: number): readonly LogMark[] {
  const first = marks.findIndex(({bytes}) => bytes > from)
  const last = marks.findIndex(({bytes}) => bytes >= to)
  return first < 0 ? [] : marks.slice(first, last < 0 ? undefined : last + 1)
}

/** At most so much is answered at once. */
const piece = 2 ** 20

function lifeOf(id: string, which: LogQuestion['which'], from: LogQuestion['from']): LogLife | undefined {
  if (!('at' in from)) return findLog(id, which)
  return [findLog(id, 'present'), findLog(id, 'previous')].find(life => life?.number === from.life)
}

function startOf(life: LogLife, {tail, since}: LogStart): number {
  const begin = Math.max(since === undefined ? 0 : bytesBefore(life.marks, since), firstLine(life))
  return tail === undefined ? begin : Math.max(begin, lastLines(life, tail))
}

/* What is left of a line whose beginning has been cut off is not shown. */
function firstLine(life: LogLife): number {
  const {cut} = life
  return cut === 0 ? 0 : cut + readRange(life, cut, step).indexOf(newline) + 1
}

/* Where the last so many lines begin; the end of the last line is no line of its own. */
function lastLines(life: LogLife, count: number): number {
  const [begin, end] = [firstLine(life), life.size]
  if (count <= 0) return end
  let found = 0
  for (let to = end; to > begin; to -= Math.min(step, to - begin)) {
    const from = Math.max(begin, to - step)
    const bytes = readRange(life, from, to - from)
    for (
      let index = bytes.lastIndexOf(newline);
      index >= 0;
      index = index > 0 ? bytes.lastIndexOf(newline, index - 1) : -1
    ) {
      if (from + index + 1 < end && ++found === count) return from + index + 1
    }
  }
  return begin
}

const newline = 10
const step = 65_536

function readRange(life: LogLife, from: number, length: number): Buffer {
  return readBytes(life.path, from, length)
}

function growth(life: LogLife, longest: number): Promise<void> {
  return new Promise(resolve => {
    const finish = () => {
      clearTimeout(timer)
      life.waiting.delete(finish)
      resolve()
    }
    const timer = setTimeout(finish, longest)
    life.waiting.add(finish)
  })
}
