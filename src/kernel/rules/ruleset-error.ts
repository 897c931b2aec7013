/** Rules that cannot be read, or a change that the kernel would refuse; the message is in iptables' own words where it has some. */
export class RulesetError extends Error {
  override readonly name = 'RulesetError'
}
