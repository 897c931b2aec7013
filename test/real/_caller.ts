/*
 * Makes calls from where it runs, many at a time, and says what came of each: `ID answered HOSTNAME CLIENT`, `ID refused CODE`, `ID silent`.
 * The calls stand in the file that it is given, a line each: `ID tcp|udp ADDRESS PORT MILLISECONDS`.
 * It makes none from the network that it is given last, the machine's own.
 */
import {createSocket} from 'node:dgram'
import {readFileSync, readlinkSync} from 'node:fs'
import {connect} from 'node:net'

const atOnce = 24
const [file = '', forbidden] = process.argv.slice(2)
if (readlinkSync('/proc/self/ns/net') === forbidden) throw new Error('not from the network of the machine itself')
const calls = readFileSync(file, 'utf8').trim().split('\n')

async function work(): Promise<void> {
  for (let line = calls.pop(); line !== undefined; line = calls.pop()) {
    const [id, protocol, ip = '', port, patience] = line.split(' ')
    const call = protocol === 'udp' ? datagrams : http
    process.stdout.write(`${id} ${await call(ip, Number(port), Number(patience))}\n`)
  }
}

await Promise.all(Array.from({length: atOnce}, work))

/* Both questions over one connection, so that one pod answers both. */
function http(host: string, port: number, patience: number): Promise<string> {
  return new Promise(resolve => {
    const socket = connect({host, port})
    let text = ''
    const end = (said: string) => {
      resolve(said)
      socket.destroy()
    }
    socket.setTimeout(patience, () => end('silent'))
    socket.on('error', ({code}: NodeJS.ErrnoException) => end(code === 'ETIMEDOUT' ? 'silent' : `refused ${code}`))
    socket.on('close', () => end(`refused ${text === '' ? 'CLOSED' : 'HALF'}`))
    socket.on('connect', () =>
      socket.write(['/hostname', '/clientip'].map(path => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`).join('')),
    )
    socket.on('data', data => {
      text += data
      const bodies = [...text.matchAll(/\r\n\r\n(?:[0-9a-f]+\r\n)?([\w.:[\]-]+?)(?=\r\n|HTTP|$)/g)].map(
        ([, body = '']) => body,
      )
      const [hostname, client = ''] = bodies
      if (bodies.length === 2 && client.includes(':')) end(`answered ${hostname} ${addressIn(client)}`)
    })
  })
}

function datagrams(host: string, port: number, patience: number): Promise<string> {
  return new Promise(resolve => {
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4')
    const answers: string[] = []
    const timer = setTimeout(() => end('silent'), patience)
    const end = (said: string) => {
      clearTimeout(timer)
      resolve(said)
      socket.close()
    }
    socket.on('error', ({code}: NodeJS.ErrnoException) => end(`refused ${code}`))
    socket.on('message', message => {
      answers.push(String(message))
      if (answers.length === 1) return socket.send('clientip')
      end(`answered ${answers[0]} ${addressIn(answers[1] ?? '')}`)
    })
    socket.connect(port, host, () => socket.send('hostname'))
  })
}

/* `10.0.20.4:40000`, `fd00::2:40000`; with brackets in Go. */
function addressIn(place: string): string {
  return place.slice(0, place.lastIndexOf(':')).replaceAll(/[[\]]/g, '')
}
