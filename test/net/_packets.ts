/* Packets, put together from the wire inwards. Addresses and ports default to those of a learner's lab. */

export const hex = (text: string) => Buffer.from(text.replace(/\s+/g, ''), 'hex')

const address = (ip: string) => Buffer.from(ip.split('.').map(Number))
const u16 = (...values: readonly number[]) => Buffer.from(values.flatMap(value => [value >> 8, value & 255]))
const u32 = (value: number) => u16(value >>> 16, value & 0xffff)

export const ethernet = (payload: Buffer, type = 0x0800) =>
  Buffer.concat([hex('0242ac110d01 0242ac110d02'), u16(type), payload])

type IpOptions = {from?: string; to?: string; ttl?: number; fragment?: number; length?: number}

export function ipv4(protocol: number, payload: Buffer, options: IpOptions = {}): Buffer {
  const {from = '172.17.13.2', to = '172.17.12.2', ttl = 64, fragment = 0, length = 20 + payload.length} = options
  const fields = [Buffer.of(0x45, 0), u16(length, 1, fragment), Buffer.of(ttl, protocol, 0, 0)]
  return Buffer.concat([...fields, address(from), address(to), payload])
}

type Ports = {from?: number; to?: number}

export const udp = (payload: Buffer, {from = 40000, to = 5000}: Ports = {}) =>
  Buffer.concat([u16(from, to, 8 + payload.length, 0), payload])

export const tcp = (
  flags: number,
  {from = 40000, to = 80, seq = 0, ack = 0, data = ''}: Ports & {seq?: number; ack?: number; data?: string} = {},
) => Buffer.concat([u16(from, to), u32(seq), u32(ack), Buffer.of(0x50, flags), u16(64240, 0, 0), Buffer.from(data)])

export const echo = (type: number, id: number, sequence: number) =>
  Buffer.concat([Buffer.of(type, 0, 0, 0), u16(id, sequence)])

export const unreachable = (code: number, about: Buffer, mtu = 0) =>
  Buffer.concat([Buffer.of(3, code, 0, 0), u16(0, mtu), about])

export const vxlan = (vni: number, frame: Buffer) =>
  udp(Buffer.concat([hex('08000000'), u32(vni << 8), frame]), {to: 8472})

export const arp = (operation: number, sender: string, target: string) =>
  Buffer.concat([
    hex('0001 0800 06 04'),
    u16(operation),
    hex('0242ac110d02'),
    address(sender),
    hex('0242ac110d01'),
    address(target),
  ])

export const name = (text: string) =>
  Buffer.concat([
    ...text
      .split('.')
      .filter(Boolean)
      .map(label => Buffer.from([label.length, ...Buffer.from(label)])),
    Buffer.of(0),
  ])

export const dns = (flags: number, question: Buffer, answers: readonly Buffer[] = []) =>
  Buffer.concat([u16(7, flags, 1, answers.length, 0, 0), question, u16(1, 1), ...answers])

/** An answer to the question's name, which stands at byte 12. */
export const answer = (type: number, data: Buffer) =>
  Buffer.concat([u16(0xc00c, type, 1), u32(60), u16(data.length), data])
