import type {LogOptions} from '../../apiserver/containers.ts'
import type {LogAnswer, LogQuestion} from '../../node/runtime/read-log.ts'
import {stampLines} from '../../node/runtime/stamp-lines.ts'

type ReadLog = (question: LogQuestion) => Promise<LogAnswer | undefined>

export type LogWish = {
  readonly id: string
  readonly options: LogOptions
  readonly signal: AbortSignal
  /** The error for a container that has had no such life. */
  readonly missing: () => Error
}

/** What a container has printed, piece by piece; throws `missing` before the first if there is no such log. */
export async function printed(readLog: ReadLog, wish: LogWish): Promise<AsyncIterable<Buffer>> {
  const {id, options, missing} = wish
  const {previous, timestamps, tail, since} = options
  const question: LogQuestion = {
    id,
    which: previous ? 'previous' : 'present',
    from: {...(tail !== undefined && {tail}), ...(since !== undefined && {since})},
    waitMs: 0,
    ...(timestamps && {withTimes: true}),
  }
  const first = await readLog(question)
  if (first === undefined) throw missing()
  const stamped = timestamps
    ? stamping(pieces(readLog, question, {first, wish}))
    : bytesOf(pieces(readLog, question, {first, wish}))
  return options.limitBytes === undefined ? stamped : limited(stamped, options.limitBytes)
}

/* Asks on until there is no more: with `follow` that is when the container has ended. */
async function* pieces(
  readLog: ReadLog,
  question: LogQuestion,
  {first, wish: {options, signal}}: {readonly first: LogAnswer; readonly wish: LogWish},
): AsyncGenerator<LogAnswer> {
  let answer: LogAnswer | undefined = first
  while (answer && !signal.aborted) {
    yield answer
    if (answer.over || (!options.follow && answer.bytes === '')) return
    answer = await readLog({...question, from: answer.next, waitMs: options.follow ? lookEvery : 0})
  }
}

/** How long to wait for more before looking whether anybody still listens, in ms. */
const lookEvery = 1000

async function* bytesOf(answers: AsyncIterable<LogAnswer>): AsyncGenerator<Buffer> {
  for await (const {bytes} of answers) if (bytes !== '') yield Buffer.from(bytes, 'latin1')
}

async function* stamping(answers: AsyncIterable<LogAnswer>): AsyncGenerator<Buffer> {
  let newLine = true
  for await (const {bytes, next, marks = []} of answers) {
    if (bytes === '') continue
    yield stampLines({bytes: Buffer.from(bytes, 'latin1'), at: next.at - bytes.length, marks, now: Date.now(), newLine})
    newLine = bytes.endsWith('\n')
  }
}

async function* limited(pieces: AsyncIterable<Buffer>, bytes: number): AsyncGenerator<Buffer> {
  let left = bytes
  for await (const piece of pieces) {
    yield piece.subarray(0, left)
    left -= piece.length
    if (left <= 0) return
  }
}
