import {spawn} from 'node:child_process'
import {createSocket} from 'node:dgram'
import {readFileSync} from 'node:fs'
import {createConnection} from 'node:net'
import type {Call, DialOrder, Outcome} from './dial.ts'

/*
 * A program of its own, started inside a target's network namespace: it makes real connections from there, many at once, and
 * tells what the kernel said of each. It imports nothing but Node's own modules, so that it starts quickly.
 */

/** `milliseconds` is there when the time is not that of the whole call. */
type Came = Pick<Outcome, 'came' | 'said'> & {readonly milliseconds?: number}

async function main(): Promise<void> {
  const order: DialOrder = JSON.parse(readFileSync(0, 'utf8'))
  const before = unreachablesSeen()
  const outcomes = await dialAll(order)
  const alone = order.calls.length === 1
  const told = alone ? outcomes.map(outcome => ({...outcome, icmp: unreachablesSeen() > before})) : outcomes
  process.stdout.write(JSON.stringify(told))
}

/** Keeps a number of calls under way until all are done. */
async function dialAll(order: DialOrder): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = []
  const rest = order.calls.entries()
  const work = async () => {
    for (const [index, call] of rest) outcomes[index] = await timed(call, order)
  }
  await Promise.all(Array.from({length: order.atOnce}, work))
  return outcomes
}

async function timed(call: Call, order: DialOrder): Promise<Outcome> {
  const started = performance.now()
  const came = await make(call, order)
  return {milliseconds: performance.now() - started, ...came}
}

function make(call: Call, order: DialOrder): Promise<Came> {
  switch (call.kind) {
    case 'ping':
      return ping(call.host, order)
    case 'udp':
      return datagram(call, order)
    case 'tcp':
    case 'http':
      return connect(call, order)
  }
}

type Connecting = Extract<Call, {kind: 'tcp' | 'http'}>

function connect(call: Connecting, order: DialOrder): Promise<Came> {
  return new Promise(resolve => {
    const started = performance.now()
    let opened: number | undefined
    const socket = createConnection({host: call.host, port: call.port})
    const finish = (came: Came) => {
      stop()
      resolve(came)
      socket.destroy()
    }
    const stop = after(order.timeoutMs, () => {
      finish({came: 'timeout', said: opened === undefined ? 'no answer' : 'the connection opened, but no answer came'})
    })
    socket.on('error', error => finish(failure(error, opened !== undefined)))
    socket.on('connect', () => {
      opened = performance.now()
      const connected: Came = {came: 'answered', said: 'connected', milliseconds: opened - started}
      if (call.kind === 'http')
        socket.write(`GET ${call.path} HTTP/1.1\r\nHost: ${call.host}:${call.port}\r\nConnection: close\r\n\r\n`)
      else if (order.lingerMs === 0) finish(connected)
      else setTimeout(finish, order.lingerMs, connected)
    })
    socket.on('data', data => {
      if (call.kind === 'http') finish({came: 'answered', said: String(data).split('\r\n')[0] ?? ''})
    })
    socket.on('end', () => {
      if (call.kind === 'http') finish({came: 'failed', said: 'the connection was closed without an answer'})
    })
  })
}

/* Acts when the time is over and what has come by then is read: a process that had to wait for its turn looks at its clock first. */
function after(timeoutMs: number, act: () => void): () => void {
  let late: NodeJS.Immediate | undefined
  const timer = setTimeout(() => {
    late = setImmediate(act)
  }, timeoutMs)
  return () => {
    clearTimeout(timer)
    clearImmediate(late)
  }
}

/** Says something that a server of the port would answer, and says it again, for a datagram may get lost. */
function datagram({host, port}: Extract<Call, {kind: 'udp'}>, {timeoutMs}: DialOrder): Promise<Came> {
  return new Promise(resolve => {
    const socket = createSocket('udp4')
    const finish = (came: Came) => {
      stop()
      clearInterval(again)
      resolve(came)
      socket.close()
    }
    const say = () => socket.send(port === dnsPort ? dnsQuestion : 'hostname')
    const stop = after(timeoutMs, () => finish({came: 'timeout', said: 'no answer'}))
    const again = setInterval(say, 400)
    socket.on('error', error => finish(failure(error, false)))
    socket.on('message', message => finish({came: 'answered', said: `${message.length} bytes`}))
    socket.connect(port, host, say)
  })
}

const dnsPort = 53

/* Who serves the root? Every server of names has an answer to that, be it a refusal. */
const dnsQuestion = Buffer.from('706c01000001000000000000' + '00' + '0002' + '0001', 'hex')

function failure(error: Error, opened: boolean): Came {
  const code = 'code' in error ? String(error.code) : error.message
  if (opened) return {came: 'reset', said: `the connection opened, then ${code}`}
  if (code === 'ECONNREFUSED') return {came: 'refused', said: code}
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH') return {came: 'unreachable', said: code}
  if (code === 'ETIMEDOUT') return {came: 'timeout', said: code}
  return {came: code === 'ECONNRESET' ? 'reset' : 'failed', said: code}
}

function ping(host: string, {timeoutMs}: DialOrder): Promise<Came> {
  return new Promise(resolve => {
    const seconds = `${Math.max(1, Math.ceil(timeoutMs / 1000))}`
    const child = spawn('ping', ['-n', '-c', '1', '-W', seconds, '-w', seconds, host], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let text = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', data => {
        text += data
      })
    child.on('error', ({message}) => resolve({came: 'failed', said: message}))
    child.on('close', code => resolve(ofPing(code, text)))
  })
}

function ofPing(code: number | null, text: string): Came {
  const [answer, time] = /time[=<]([\d.]+) ?ms/.exec(text) ?? []
  if (code === 0 && time !== undefined) return {came: 'answered', said: `${answer}`, milliseconds: Number(time)}
  const unreachable = /Destination \w+ Unreachable|Network is unreachable|No route to host/i.exec(text)?.[0]
  if (unreachable !== undefined) return {came: 'unreachable', said: unreachable}
  return code === 1 ? {came: 'timeout', said: 'no echo'} : {came: 'failed', said: text.trim()}
}

/** How many ICMP "destination unreachable" this namespace has received: Linux counts them, and tells a connection only that it failed. */
function unreachablesSeen(): number {
  const [names = [], values = []] = readFileSync('/proc/net/snmp', 'utf8')
    .split('\n')
    .filter(line => line.startsWith('Icmp:'))
    .map(line => line.split(' '))
  return Number(values[names.indexOf('InDestUnreachs')] ?? 0)
}

await main()
