import {spawn} from 'node:child_process'
import {createSocket} from 'node:dgram'
import {once} from 'node:events'
import {setTimeout} from 'node:timers/promises'
import {fileURLToPath} from 'node:url'
import {packetReader} from '../../src/net/packet-file-reader.ts'

/*
 * In a network namespace of its own: a capture that stands still while two packets pass, the first of which the kernel hands over before the second comes, and that
 * is told to end before it wakes. Prints how many packets it saw.
 */
const program = fileURLToPath(new URL('../../src/kernel/capture/program.ts', import.meta.url))
const child = spawn(process.execPath, ['--no-warnings', program, `${process.pid}`], {
  stdio: ['pipe', 'pipe', 'inherit', 'ignore'],
})
const reader = packetReader()
let packets = 0
const begun = Promise.withResolvers<void>()
child.stdout?.on('data', piece => {
  packets += reader.read(piece).filter(({block}) => block === 'packet').length
  begun.resolve()
})
const socket = createSocket('udp4').bind(0, '127.0.0.1')
await once(socket, 'listening')
const send = () => socket.send('hello', socket.address().port, '127.0.0.1')

await begun.promise
child.kill('SIGSTOP')
send()
await setTimeout(60) // a block that is not full is handed over after 20 ms
send()
child.stdin?.end()
await setTimeout(1)
child.kill('SIGCONT')
await once(child, 'close')
socket.close()
process.stdout.write(`${packets}\n`)
