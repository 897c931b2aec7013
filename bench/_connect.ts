/** How long `connect` takes: `node _connect.ts ADDRESS PORT COUNT` prints the median in microseconds. System calls as they are: Node's sockets would take longer than the kernel. */
import koffi from 'koffi'
import {median} from './timing.ts'

const libc = koffi.load('libc.so.6')
const socket = libc.func('int socket(int domain, int type, int protocol)')
const connect = libc.func('int connect(int descriptor, const uint8_t *address, uint32_t length)')
const close = libc.func('int close(int descriptor)')

const [ip = '', port = '', count = ''] = process.argv.slice(2)
const address = Buffer.alloc(16)
address.writeUInt16LE(2, 0)
address.writeUInt16BE(Number(port), 2)
for (const [index, part] of ip.split('.').entries()) address.writeUInt8(Number(part), 4 + index)

once() // ARP, and code that is not compiled yet
once()
const times = Array.from({length: Number(count)}, once)
process.stdout.write(String(median(times)))

function once(): number {
  const descriptor = socket(2, 1, 0)
  const start = process.hrtime.bigint()
  const failed = connect(descriptor, address, address.length)
  const spent = Number(process.hrtime.bigint() - start) / 1000
  if (failed !== 0) throw new Error(`no connection to ${ip}:${port}`)
  close(descriptor)
  return spent
}
