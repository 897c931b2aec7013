import {collapse} from './collapse.ts'
import type {Box, Flowchart, Line} from './mermaid.ts'
import type {Topology, TopologyNode, TopologyPod} from './topology.ts'

/** A topology as boxes and lines: a group for each node, services above, the underlay below. */
export function flowchartOf(topology: Topology): Flowchart {
  const drawn = collapse(topology, {pods: 8, services: 12})
  const parts = [
    ...drawn.nodes.map((node, index) => nodePart(node, `node${index}`, drawn.overlay)),
    ...(drawn.unplaced.length > 0 ? [unplacedPart(drawn.unplaced)] : []),
  ]
  const services = drawn.services.map(
    ({name, address, ports}, index): Box => ({
      id: `service${index}`,
      label: `${name}\n${address}:${ports}`,
      shape: 'stadium',
    }),
  )
  const more: readonly Box[] =
    drawn.moreServices > 0 ? [{id: 'services', label: `and ${drawn.moreServices} more services`, shape: 'stadium'}] : []
  const machines = drawn.machines.map(
    ({name, address}, index): Box => ({id: `machine${index}`, label: `${name}\n${address}`, shape: 'round'}),
  )
  return {
    groups: parts.map(({group}) => group),
    boxes: [...services, ...more, {id: 'underlay', label: `underlay ${drawn.underlay}`, shape: 'round'}, ...machines],
    lines: [
      ...parts.flatMap(({sends}) => sends).filter(({from}) => services.some(({id}) => id === from)),
      ...parts.flatMap(({lines}) => lines),
      ...overlayLines(drawn.overlay, drawn.nodes.length),
      ...machines.map(({id}): Line => ({from: 'underlay', to: id, kind: 'solid'})),
    ],
  }
}

type Part = {
  readonly group: Flowchart['groups'][number]
  readonly lines: readonly Line[]
  readonly sends: readonly Line[]
}

function nodePart({name, address, podSubnet, pods}: TopologyNode, id: string, overlay: string): Part {
  const device = overlayDevice(overlay)
  const boxes: readonly Box[] = [
    ...podBoxes(pods, id),
    {id: `${id}docker0`, label: `docker0\n${podSubnet}`, shape: 'box'},
    ...(device === undefined ? [] : [{id: `${id}overlay`, label: device, shape: 'box'} as const]),
    {id: `${id}eth0`, label: `eth0\n${address}`, shape: 'box'},
  ]
  return {
    group: {id, label: name, boxes},
    sends: serviceLines(pods, id),
    lines: [
      ...pods.map((_, index): Line => ({from: `${id}pod${index}`, to: `${id}docker0`, kind: 'solid'})),
      ...(device === undefined
        ? [{from: `${id}docker0`, to: `${id}eth0`, kind: 'solid'} as const]
        : [
            {from: `${id}docker0`, to: `${id}overlay`, kind: 'solid'} as const,
            {from: `${id}overlay`, to: `${id}eth0`, kind: 'solid'} as const,
          ]),
      {from: `${id}eth0`, to: 'underlay', kind: 'solid'},
    ],
  }
}

function unplacedPart(pods: readonly TopologyPod[]): Part {
  const id = 'unplaced'
  return {group: {id, label: 'on no node yet', boxes: podBoxes(pods, id)}, lines: [], sends: serviceLines(pods, id)}
}

function podBoxes(pods: readonly TopologyPod[], id: string): readonly Box[] {
  return pods.map(({name, count, ip}, index) => ({
    id: `${id}pod${index}`,
    label: [count > 1 ? `${name} × ${count}` : name, ...(ip === undefined ? [] : [ip])].join('\n'),
    shape: 'round',
  }))
}

function serviceLines(pods: readonly TopologyPod[], id: string): readonly Line[] {
  return pods.flatMap(({services}, index) =>
    services.map((service): Line => ({from: `service${service}`, to: `${id}pod${index}`, kind: 'dotted'})),
  )
}

/** The node's end of the tunnel; undefined for an overlay that only routes. */
export function overlayDevice(overlay: string): string | undefined {
  return {vxlan: 'flannel.1', udp: 'flannel0'}[overlay]
}

/* Between neighbours, so that a chart of many nodes stays readable: in truth each has a tunnel to each. */
function overlayLines(overlay: string, nodes: number): readonly Line[] {
  if (overlayDevice(overlay) === undefined) return []
  return Array.from({length: Math.max(0, nodes - 1)}, (_, index) => ({
    from: `node${index}overlay`,
    to: `node${index + 1}overlay`,
    kind: 'dotted',
  }))
}
