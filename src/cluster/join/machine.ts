import type {NetnsState} from '../../kernel/state.ts'

/** What of a node's network is the machine's own, and no component's: its links to elsewhere, with all that is on them. */
export function machineOf(found: NetnsState): Partial<NetnsState> {
  const links = found.links.filter(({name}) => !isComponents(name))
  const isKept = ({link}: {readonly link: string}) => links.some(({name}) => name === link)
  return {
    links,
    addresses: found.addresses.filter(isKept),
    routes: found.routes.filter(isKept),
    neighbours: found.neighbours.filter(isKept),
  }
}

/* docker's bridge and its ports, flannel's devices, kube-proxy's addresses. */
function isComponents(link: string): boolean {
  return /^(docker0|flannel[\d.]*|veth.*|kube-ipvs0)$/.test(link)
}
