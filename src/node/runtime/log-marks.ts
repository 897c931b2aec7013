/** When a log had how many bytes; lines have no times of their own, since containers write them straight to the file. */
export type LogMark = {readonly at: number; readonly bytes: number}

/** The marks with another one. They are few and far between the further back: nobody asks for the second an hour ago. */
export function withMark(marks: readonly LogMark[], mark: LogMark): readonly LogMark[] {
  const before = marks.at(-2)
  const close = before !== undefined && mark.at - before.at < closest
  const next = [...(close ? marks.slice(0, -1) : marks), mark]
  return next.length > most ? next.filter((_, index) => index % 2 === 1 || index > most / 2) : next
}

/** Up to which byte all was printed before that time. */
export function bytesBefore(marks: readonly LogMark[], time: number): number {
  return marks.findLast(({at}) => at < time)?.bytes ?? 0
}

const closest = 100
const most = 512
