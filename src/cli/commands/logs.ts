import {setTimeout} from 'node:timers/promises'
import {ask} from '../../cluster/control.ts'
import type {LogPiece, LogRequest} from '../../cluster/log.ts'
import {chooseLab} from '../../cluster/running-labs.ts'
import {splitNamespace} from '../../lab/targets.ts'
import {type CommandOptions, type CommandRun, UsageError} from '../command.ts'
import {exitCode} from '../exit-code.ts'
import {type Sink, standardOutput} from '../sink.ts'
import {targetOf} from '../target.ts'

/** Prints what a container has printed in its present life, or in that before; with --follow on and on until that life ends. */
export const run: CommandRun = async ([target], options, signal) => {
  const request = readRequest(String(target), options)
  const {session} = await chooseLab(options.lab as string | undefined)
  const first = await ask(session.socket, 'logPiece', request)
  const {pod, namespace, container, containers} = first
  if (isVague(request) && containers.length > 1)
    process.stderr.write(`Defaulted container "${container}" out of: ${containers.join(', ')}\n`)
  const next = (from: LogPiece['next'], waitMs: number) =>
    ask(
      session.socket,
      'logPiece',
      {...request, target: `${namespace}/pod/${pod}/${container}`, container, from, waitMs},
      signal,
    )
  await print(first, {sink: standardOutput(), next, follow: options.follow === true})
  return exitCode.good
}

type Printing = {
  readonly sink: Sink
  readonly next: (from: LogPiece['next'], waitMs: number) => Promise<LogPiece>
  readonly follow: boolean
}

async function print(first: LogPiece, {sink, next, follow}: Printing): Promise<void> {
  let piece = first
  for (;;) {
    if (piece.bytes !== '' && !(await sink.write(Buffer.from(piece.bytes, 'latin1')))) return
    if (piece.over || (!follow && piece.bytes === '')) return
    if (follow) await setTimeout(piece.bytes === '' ? 0 : gatherMs)
    piece = await next(piece.next, follow ? waitMs : 0)
  }
}

/** How long one question waits for more. */
const waitMs = 20_000

/** Lines that come together are asked for together. */
const gatherMs = 20

function readRequest(word: string, options: CommandOptions): LogRequest {
  const {container, previous, tail, since} = options
  return {
    target: targetOf(word.includes('/') ? word : `pod/${word}`, options),
    ...(container !== undefined && {container: String(container)}),
    which: previous === true ? 'previous' : 'present',
    from: {
      ...(tail !== undefined && {tail: lines(tail)}),
      ...(since !== undefined && {since: Date.now() - duration(since)}),
    },
    waitMs: 0,
  }
}

function isVague({target, container}: LogRequest): boolean {
  return container === undefined && splitNamespace(target).local.split('/').length < 3
}

function lines(word: unknown): number {
  if (/^\d{1,9}$/.test(String(word))) return Number(word)
  throw new UsageError(`--tail ${word}: expected a number of lines`)
}

const units: Readonly<Record<string, number>> = {ms: 1, s: 1000, m: 60_000, h: 3_600_000}

function duration(word: unknown): number {
  const [, number, unit = ''] = /^(\d{1,9}(?:\.\d+)?)(ms|s|m|h)$/.exec(String(word)) ?? []
  if (number !== undefined) return Number(number) * (units[unit] ?? 0)
  throw new UsageError(`--since ${word}: expected a time like 5s, 2m or 1h`)
}
