import type {LogMark} from './log-marks.ts'

/** Where a piece of a log begins, and what is known of the times in it. */
export type Piece = {
  readonly bytes: Buffer
  /** Its first byte's place among all that was printed. */
  readonly at: number
  /** When how much had been printed, in order. */
  readonly marks: readonly LogMark[]
  /** The time of what no mark tells of: it has just been printed. */
  readonly now: number
  /** Whether a line begins with its first byte. */
  readonly newLine: boolean
}

/** The lines with the time before each when it was printed, as the API has it: `2026-11-21T15:04:05.123000000Z text`. */
export function stampLines({bytes, at, marks, now, newLine}: Piece): Buffer {
  const pieces: Buffer[] = []
  let mark = 0
  let from = 0
  while (from < bytes.length) {
    while (mark < marks.length && (marks[mark]?.bytes ?? 0) <= at + from) mark++
    const end = bytes.indexOf('\n', from)
    const to = end < 0 ? bytes.length : end + 1
    if (from > 0 || newLine) pieces.push(Buffer.from(`${timeOf(marks[mark]?.at ?? now)} `))
    pieces.push(bytes.subarray(from, to))
    from = to
  }
  return Buffer.concat(pieces)
}

function timeOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('Z', '000000Z')
}
