import {readSync} from 'node:fs'
import {type PacketBlock, printBlock} from '../../net/packet-file.ts'
import {captureEnds} from './ends.ts'
import {type Links, linkTypeOf, loopbackKind, readLinks} from './links.ts'
import {nonBlockingOutput, type Output} from './output.ts'
import {openRing, type PacketRing, type RingPacket} from './ring.ts'
import {type Waiter, waiter} from './wait.ts'

/*
 * Captures the packets of the network namespace that it is started in, and writes them to standard output as pcapng. Its arguments:
 * the process that owns the namespace, and an interface, or nothing for all. It ends when standard input does, when nobody reads
 * any more (descriptor 3 is where its starter's own output goes), and when the owner has gone: a socket keeps a namespace alive,
 * and a lab's must go with the lab. So nothing is left of it however its starter ends.
 */

type Scene = {
  readonly ring: PacketRing
  readonly links: Links
  readonly output: Output
  readonly waits: Waiter
  readonly owner: number
  /** The one interface that is captured, by its number; 0 for all. */
  readonly link: number
  /** The number in the file of each interface, by its number in the kernel. */
  readonly known: Map<number, number>
  readonly unknownKinds: Map<number, number>
}

function main(owner: number, link: string | undefined): number {
  const waits = waiter()
  const watched = waits.watchProcess(owner)
  const links = readLinks()
  const chosen = links.all.filter(({name}) => link === undefined || name === link)
  if (chosen.length === 0)
    throw new Error(`there is no interface ${link}; there are ${links.all.map(({name}) => name).join(', ')}`)
  const number = link === undefined ? 0 : (chosen[0]?.number ?? 0)
  const scene: Scene = {
    ring: openRing(number),
    links,
    output: nonBlockingOutput(1),
    waits,
    owner: watched,
    link: number,
    known: new Map(),
    unknownKinds: new Map(),
  }
  write(scene, {block: 'section', application: 'podlab'})
  for (const {number, name, isEthernet} of chosen) if (isEthernet) describe(scene, {number, name, linkType: 'ethernet'})
  const end = capture(scene)
  finish(scene)
  return end
}

/* Takes packets while the reader keeps up; while it does not, they wait in the ring, and the kernel counts what finds no room there. */
function capture(scene: Scene): number {
  let end: number | undefined
  while (end === undefined) end = scene.output.flush() ? step(scene) : captureEnds.stopped
  return end
}

/* Waits for something and does it; answers how to end, when that is what came. */
function step(scene: Scene): number | undefined {
  const {ring, output, waits, owner} = scene
  const full = output.waiting() > mostWaiting
  const [told, gone, packets, , deaf] = waits.wait([
    {fd: 0, to: 'read'},
    {fd: owner, to: 'read'},
    {fd: full ? -1 : ring.fd, to: 'read'},
    {fd: output.waiting() > 0 ? output.fd : -1, to: 'write'},
    {fd: 3, to: 'nothing'},
  ])
  if (deaf || (told && readSync(0, Buffer.alloc(1)) === 0)) return captureEnds.stopped
  if (packets && take(scene) === 0 && !isStillThere(scene)) return captureEnds.linkGone
  return gone ? captureEnds.ownerGone : undefined
}

const mostWaiting = 4 << 20

/* Answers how many blocks of the ring there were. */
function take(scene: Scene): number {
  for (let blocks = 0; ; blocks++) {
    const packets = scene.ring.next()
    if (!packets) return blocks
    for (const packet of packets) writePacket(scene, packet)
    if (scene.output.waiting() > mostWaiting) return blocks + 1
  }
}

/* A socket without packets that wants to be read has an error: its interface is down, or it is no more. */
function isStillThere({waits, ring, link}: Scene): boolean {
  waits.takeError(ring.fd)
  return link === 0 || readLinks().all.some(({number}) => number === link)
}

function finish(scene: Scene): void {
  const {ring, waits, output, owner, known, unknownKinds} = scene
  takeLast(scene)
  const {received, dropped} = ring.statistics()
  if (known.size > 0)
    write(scene, {
      block: 'statistics',
      interface: 0,
      at: BigInt(Date.now()) * 1_000_000n,
      received: BigInt(received),
      dropped: BigInt(dropped),
    })
  while (output.flush() && output.waiting() > 0) {
    const [, gone] = waits.wait([
      {fd: output.fd, to: 'write'},
      {fd: owner, to: 'read'},
    ])
    if (gone) break
  }
  for (const [kind, count] of unknownKinds)
    process.stderr.write(
      `${count} packets are left out: podlab does not know interfaces of the kernel's kind ${kind}\n`,
    )
}

/* The last packets are handed over late, so they are waited for: what there is at once may be a block of those before them. */
function takeLast(scene: Scene): void {
  const {ring, waits, output} = scene
  const end = performance.now() + lastPacketsTake
  for (let left = lastPacketsTake; left > 0 && output.waiting() <= mostWaiting; left = end - performance.now()) {
    waits.wait([{fd: ring.fd, to: 'read'}], Math.ceil(left))
    take(scene)
  }
}

/* Twice what the kernel takes for a block that is not full. */
const lastPacketsTake = 50

function writePacket(scene: Scene, {link, linkKind, at, outgoing, length, bytes}: RingPacket): void {
  if (linkKind === loopbackKind && outgoing) return
  const number = scene.known.get(link) ?? describeNew(scene, {link, linkKind})
  if (number === undefined) {
    scene.unknownKinds.set(linkKind, (scene.unknownKinds.get(linkKind) ?? 0) + 1)
    return
  }
  write(scene, {block: 'packet', interface: number, at, direction: outgoing ? 'out' : 'in', length, bytes})
}

function describeNew(scene: Scene, {link, linkKind}: {link: number; linkKind: number}): number | undefined {
  const linkType = linkTypeOf(linkKind)
  return linkType && describe(scene, {number: link, name: scene.links.nameOf(link) ?? `interface ${link}`, linkType})
}

function describe(
  scene: Scene,
  {number, name, linkType}: {number: number; name: string; linkType: 'ethernet' | 'ip'},
): number {
  const place = scene.known.size
  write(scene, {block: 'interface', name, linkType})
  scene.known.set(number, place)
  return place
}

function write({output}: Scene, block: PacketBlock): void {
  output.add(printBlock(block))
}

try {
  const [owner, link] = process.argv.slice(2)
  process.exitCode = main(Number(owner), link)
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`)
  process.exitCode = captureEnds.failed
}
