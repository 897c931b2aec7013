import {collapse} from './collapse.ts'
import type {Topology, TopologyPod} from './topology.ts'

/** A topology as an indented text, for a terminal. */
export function wordsOf(topology: Topology): string {
  const drawn = collapse(topology, {pods: 20, services: 20})
  const {name, overlay, podNetwork, underlay, serviceRange, proxyMode, nodes, unplaced, services, machines} = drawn
  const podLines = (pods: readonly TopologyPod[]) => columns(pods.map(pod => podCells(pod, services)))
  return [
    `${name}: pods ${podNetwork} over ${underlay} by ${overlay}, services ${serviceRange} by ${proxyMode}`,
    ...nodes.flatMap(node => [
      '',
      `node ${node.name}  eth0 ${node.address}  docker0 ${node.podSubnet}`,
      ...podLines(node.pods),
    ]),
    ...(unplaced.length > 0 ? ['', 'on no node yet', ...podLines(unplaced)] : []),
    ...(services.length > 0 ? ['', 'services'] : []),
    ...columns(services.map(service => [service.name, [service.address, service.ports].filter(Boolean).join(':')])),
    ...(drawn.moreServices > 0 ? [`  and ${drawn.moreServices} more`] : []),
    ...(machines.length > 0 ? ['', 'on the underlay, and beyond it'] : []),
    ...columns(machines.map(machine => [machine.name, machine.address])),
    '',
  ].join('\n')
}

function podCells({name, count, ip, state, services}: TopologyPod, all: Topology['services']): readonly string[] {
  const behind = services.flatMap(index => all[index]?.name ?? [])
  return [
    count > 1 ? `${name} × ${count}` : name,
    ip ?? '',
    state === 'ready' ? '' : state,
    behind.length > 0 ? `behind ${behind.join(', ')}` : '',
  ]
}

function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map(row => (row[column] ?? '').length)))
  const cells = (row: readonly string[]) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0))
  return rows.map(row =>
    `  ${cells(row)
      .filter((_, column) => widths[column])
      .join('  ')}`.trimEnd(),
  )
}
