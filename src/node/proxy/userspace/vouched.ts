/**
 * How the proxy of one node tells another node that it has judged who asked. A call of the userspace proxy comes from its node, so the
 * endpoint's node cannot know for whom it is made; where NetworkPolicies let the client through, the proxy writes this code point (DSCP; one
 * of those for local use, RFC 2474) into the packets of its call, and the endpoint's node lets such packets of nodes pass. A pod cannot
 * use it: its packets do not come from a node's address.
 */
export const vouchedDscp = 0x03

/** The byte of the IP header that it stands in. */
export const vouchedTos = vouchedDscp << 2
