import type {Memory, PacketIo} from '../../../kernel/packet-io.ts'

/** The descriptors that a thread waits for, by their places in a list. */
export type PollTable = {
  set(descriptors: readonly number[]): void
  /** Waits until one of them can be read, or is broken. */
  wait(): void
  /** Whether the descriptor at that place can be read or is broken; reading tells which. */
  isReady(place: number): boolean
}

/** `struct pollfd`: descriptor, what is asked for (2 bytes), what is so (2 bytes). */
const entrySize = 8
const readable = 1

export function pollTable(io: PacketIo): PollTable {
  let table: Memory = io.memory(entrySize)
  let count = 0
  return {
    set: descriptors => {
      count = descriptors.length
      table = io.memory(entrySize * count)
      for (const [place, descriptor] of descriptors.entries()) {
        table.view.setInt32(place * entrySize, descriptor, true)
        table.view.setInt16(place * entrySize + 4, readable, true)
        table.view.setInt16(place * entrySize + 6, 0, true)
      }
    },
    wait: () => io.poll(table, count),
    isReady: place => table.view.getInt16(place * entrySize + 6, true) !== 0,
  }
}
