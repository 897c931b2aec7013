import {type Capture, type CaptureEnd, startCapture} from '../../cluster/capture.ts'
import {findNetworkOwner} from '../../cluster/find-network.ts'
import {chooseLab} from '../../cluster/running-labs.ts'
import {type PacketFilter, parseFilter} from '../../net/packet-filter.ts'
import {type CommandOptions, type CommandRun, UsageError} from '../command.ts'
import {exitCode} from '../exit-code.ts'
import {type PacketStream, packetStream} from '../packet-stream.ts'
import {openSink, type Sink, standardOutput} from '../sink.ts'
import {targetOf} from '../target.ts'

/** Shows the packets of a target, or writes them to a file, until it is told to end; then says how many there were. */
export const run: CommandRun = async ([word, words], options, signal) => {
  const target = targetOf(word, options)
  const order = readOrder(words as readonly string[], options)
  const running = await chooseLab(options.lab as string | undefined)
  const owner = await findNetworkOwner(running, target)
  const sink = await (order.file === undefined ? standardOutput() : openSink(order.file, {isText: false}))
  const {link} = order
  const capture = startCapture({
    owner,
    rootless: running.state.rootless,
    ...(link !== undefined && {link}),
    ...((order.file ?? '-') === '-' && {reader: process.stdout.fd}),
  })
  const timer = order.seconds === undefined ? undefined : setTimeout(capture.stop, order.seconds * 1000)
  const stop = () => capture.stop()
  signal.addEventListener('abort', stop, {once: true})
  if (signal.aborted) stop()
  const stream = packetStream({as: order.file === undefined ? 'lines' : 'pcapng', ...order})
  try {
    await pump(capture, {
      stream,
      sink,
      count: order.count,
      began: `Capturing on ${link ?? 'all interfaces'} of ${target}`,
    })
    const isFile = order.file !== undefined
    return report(await capture.end, {stream, target, link, isFile})
  } finally {
    capture.kill()
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
    await sink.close()
  }
}

type Order = {
  readonly filter: PacketFilter
  readonly link: string | undefined
  readonly file: string | undefined
  readonly count: number
  readonly seconds: number | undefined
}

function readOrder(words: readonly string[], options: CommandOptions): Order {
  const {write, count, seconds} = options
  return {
    filter: parseFilter(words.join(' ')),
    link: options.interface as string | undefined,
    file: write as string | undefined,
    count: count === undefined ? Number.POSITIVE_INFINITY : positive('--count', count, /^\d{1,9}$/),
    seconds: seconds === undefined ? undefined : positive('--seconds', seconds, /^\d{1,6}(\.\d+)?$/),
  }
}

function positive(option: string, word: unknown, form: RegExp): number {
  const number = form.test(String(word)) ? Number(word) : 0
  if (number > 0) return number
  throw new UsageError(`${option} ${word}: expected a number above 0`)
}

type Pump = {readonly stream: PacketStream; readonly sink: Sink; readonly count: number; readonly began: string}

/* Everything that comes, to its end. Once there is enough, or nobody reads, the rest goes by, for the counts come last. */
async function pump(capture: Capture, {stream, sink, count, began}: Pump): Promise<void> {
  let isOpen = true
  let hasBegun = false
  for await (const blocks of capture.blocks) {
    if (!hasBegun) process.stderr.write(`${began}; Ctrl-C ends it.\n`)
    hasBegun = true
    const pieces = blocks.flatMap(block => stream.print(block) ?? [])
    if (isOpen && pieces.length > 0) isOpen = await sink.write(Buffer.concat(pieces))
    if (!isOpen || stream.counts.kept >= count) capture.stop()
  }
}

function report(
  {end, notes}: CaptureEnd,
  {stream, target, link, isFile}: {stream: PacketStream; target: string; link: string | undefined; isFile: boolean},
): number {
  const {seen, kept, dropped} = stream.counts
  const lines = [
    ...(notes === '' ? [] : [`podlab: ${notes}`]),
    ...(end === 'owner-gone' ? [`podlab: ${target} has ended, or the lab`] : []),
    ...(end === 'link-gone' ? [`podlab: the interface ${link} of ${target} is gone`] : []),
    `${kept === 1 ? '1 packet' : `${kept} packets`}${seen === kept ? '' : ` of ${seen}`}, ${dropped} dropped because they came too fast.`,
    ...(isFile && stream.isMixed() ? [mixed] : []),
  ]
  process.stderr.write(lines.map(line => `${line}\n`).join(''))
  return end === 'stopped' ? exitCode.good : exitCode.failed
}

const mixed =
  'Some interfaces have an Ethernet header and others none: Wireshark reads that, for tcpdump -r capture one of them with -i.'
