import type {Link, LinkKind} from '../state.ts'

/**
 * Whether a link can stay as it is, or must be made anew: a kind and what belongs to it cannot be changed. The MAC and the MTU
 * of a veth's other end are given when the pair is made; afterwards they are the other namespace's business.
 */
export function sameKind(a: LinkKind, b: LinkKind): boolean {
  switch (a.type) {
    case 'loopback':
    case 'bridge':
    case 'dummy':
    case 'tun':
      return a.type === b.type
    case 'veth':
      return b.type === 'veth' && a.peer.netns === b.peer.netns && mayBeSame(a.peer.name, b.peer.name)
    case 'vxlan':
      return b.type === 'vxlan' && a.vni === b.vni && a.port === b.port && a.local === b.local && a.device === b.device
    case 'other':
      return b.type === 'other' && a.kind === b.kind
  }
}

/** The other end of a veth pair that lies in one namespace: the link that names this one as its peer, and is named by it. */
export function otherEnd(link: Link, links: ReadonlyMap<string, Link>): Link | undefined {
  if (link.kind.type !== 'veth' || link.kind.peer.name === undefined) return undefined
  const other = links.get(link.kind.peer.name)
  const mutual = other?.kind.type === 'veth' && other.kind.peer.name === link.name
  return mutual && other.kind.peer.netns === link.kind.peer.netns ? other : undefined
}

/** An observation does not know the name of an end in another namespace. */
function mayBeSame(a: string | undefined, b: string | undefined): boolean {
  return a === undefined || b === undefined || a === b
}
