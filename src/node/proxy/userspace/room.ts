/** How many connections the proxies of a lab may have at a time. */
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
  const descriptors = Number(/^Max open files +(\d+)/m.exec(limits)?.[1] ?? Number.POSITIVE_INFINITY)
  return Math.min(4000, Math.floor(descriptors / 4))
}
