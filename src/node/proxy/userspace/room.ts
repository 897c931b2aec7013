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
