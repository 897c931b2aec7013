/** How many connections, or sockets that wait for some, the proxies of a lab may have at a time. */
export type Room = {
  /** False when it is full. */
  enter(): boolean
  leave(): void
}

export function roomFor(most: number): Room {
  let inside = 0
  return {
    enter: () => {
      if (inside >= most) return false
      inside++
      return true
    },
    leave: () => {
      inside--
    },
  }
}

/**
 * How many are let in, by what /proc/self/limits says: each takes two descriptors of a process that has other work, too, so they get half
 * of them.
 */
export function mostConnections(limits: string): number {
  return Math.min(4000, Math.floor(descriptorsOf(limits) / 4))
}

/** How many sockets may listen or hold a port: they get an eighth. */
export function mostListeners(limits: string): number {
  return Math.floor(descriptorsOf(limits) / 8)
}

function descriptorsOf(limits: string): number {
  return Number(/^Max open files +(\d+)/m.exec(limits)?.[1] ?? Number.POSITIVE_INFINITY)
}
