import type {Link} from '../state.ts'

/** The MTU of a bridge without ports. */
const portless = 1500

/**
 * Bridges whose ports change: a port comes, goes or gets another MTU. `before` is what the links were like, by name.
 */
export function changedBridges(before: ReadonlyMap<string, Partial<Link>>, wanted: readonly Link[]): Set<string> {
  const after = new Map(wanted.map(link => [link.name, link]))
  const changed = [...new Set([...before.keys(), ...after.keys()])].filter(name => {
    const [was, is] = [before.get(name), after.get(name)]
    return was?.master !== is?.master || was?.mtu !== is?.mtu
  })
  return new Set(changed.flatMap(name => [before.get(name)?.master, after.get(name)?.master]).filter(isName))
}

/**
 * The bridges whose MTU must be set when all ports are in place. Linux moves a bridge's MTU to the least of its ports' whenever
 * a port comes or goes, until somebody has set it to another.
 */
export function bridgesToSize(
  before: ReadonlyMap<string, Partial<Link>>,
  wanted: readonly Link[],
  changed: ReadonlySet<string>,
): Link[] {
  const ports = Map.groupBy(wanted, ({master}) => master)
  const drifted = ({name}: Link) =>
    changed.has(name) ? Math.min(...(ports.get(name) ?? []).map(({mtu}) => mtu)) : before.get(name)?.mtu
  return wanted
    .filter(({kind}) => kind.type === 'bridge')
    .filter(bridge => {
      const mtu = drifted(bridge)
      return bridge.mtu !== before.get(bridge.name)?.mtu || bridge.mtu !== (mtu === Infinity ? portless : mtu)
    })
}

/**
 * The bridges whose MAC moves when their ports change: until somebody gives a bridge one, it has the least of its ports'. The kernel
 * does not tell which it is, but one that equals a port's MAC is likely of that sort.
 */
export function movingBridges(observed: readonly Link[], changed: ReadonlySet<string>): Set<string> {
  const macs = new Set(observed.filter(({master}) => master !== undefined).map(({master, mac}) => `${master} ${mac}`))
  const moving = observed.filter(({name, mac}) => changed.has(name) && macs.has(`${name} ${mac}`))
  return new Set(moving.map(({name}) => name))
}

function isName(name: string | undefined): name is string {
  return name !== undefined
}
