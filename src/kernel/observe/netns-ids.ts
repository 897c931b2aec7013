/** One entry of `ip -j netns list-id`: the number that this namespace has for another one, and that one's name. */
type IpNetnsId = {readonly nsid: number; readonly name?: string}

/** The names of other namespaces by the numbers that `ip link` gives for them. One without a name is left out. */
export function parseNetnsIds(document: readonly unknown[]): ReadonlyMap<number, string> {
  const entries = document as readonly IpNetnsId[]
  return new Map(entries.flatMap(({nsid, name}) => (name === undefined ? [] : [[nsid, name] as const])))
}
