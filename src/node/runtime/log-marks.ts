/** When a log had how many bytes; lines have no times of their own, since containers write them straight to the file. */
export type LogMark = {readonly at: number; readonly bytes: number}

/** The marks with another one. They are few, and far between the further back: nobody asks for the second an hour ago. */
export function withMark(marks: readonly LogMark[], mark: LogMark): readonly LogMark[] {
  const before = marks.at(-2)
  const close = before !== undefined && mark.at - before.at < closest
  const next = [...(close ? marks.slice(0, -1) : marks), mark]
  return next.length > most ? thinned(next, mark.at) : next
}

/** Up to which byte all was printed before that time. */
export function bytesBefore(marks: readonly LogMark[], time: number): number {
  return marks.findLast(({at}) => at < time)?.bytes ?? 0
}

const closest = 100
const most = 1024

/* Of marks that lie closer together than a thirty-second of their age, one is enough. */
function thinned(marks: readonly LogMark[], now: number): readonly LogMark[] {
  const kept: LogMark[] = []
  for (const mark of marks.toReversed()) {
    const later = kept.at(-1)
    if (later === undefined || later.at - mark.at >= (now - mark.at) / 32) kept.push(mark)
  }
  return kept.toReversed()
}
