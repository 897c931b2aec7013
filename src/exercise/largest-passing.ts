/** IP and ICMP headers alone. */
export const smallestPacket = 28
/** IPv4's own limit. */
const largestPacket = 65_535

/** Whether a packet of so many bytes passes; when something on the way says how large one may be at most, that. */
export type Try = (bytes: number) => Promise<boolean | {readonly atMost: number}>

/**
 * The largest size that passes, by halving the interval; undefined when none does. The size that is expected and the next are tried
 * first, since then mostly all is said. A refusal that names an MTU makes the interval smaller at once.
 */
export async function largestPassing(passes: Try, expected: number): Promise<number | undefined> {
  let [low, high] = [smallestPacket, largestPacket + 1]
  const probe = async (bytes: number) => {
    if (bytes <= low || bytes >= high) return
    const answer = await passes(bytes)
    if (answer === true) low = bytes
    else if (answer === false) high = bytes
    else high = Math.max(low + 1, Math.min(bytes, answer.atMost + 1))
  }
  if ((await passes(smallestPacket)) !== true) return undefined
  await probe(expected + 1)
  await probe(expected)
  while (high - low > 1) await probe(Math.floor((low + high) / 2))
  return low
}
