import {collapse} from './collapse.ts'
import {box, dot, line, picture, text} from './svg-elements.ts'
import {card, cardMeasures, type Ends, nodeCard, podBox, rowsOf} from './svg-node.ts'
import type {Topology, TopologyPod} from './topology.ts'

/**
 * A lab as a picture: services above, then the nodes, each with its pods on docker0, and below each row of nodes the tunnel that
 * joins them and the underlay that carries it. Large labs collapse: pods of one owner become one with a number.
 */
export function svgOf(topology: Topology): string {
  const drawn = collapse(topology, {pods: 10, services: 12})
  const columns = columnsFor(drawn.nodes.length)
  const width = Math.max(616, 2 * margin + columns * card.width + (columns - 1) * card.gap)
  const head = [
    text({x: margin, y: 38}, drawn.name, {kind: 'title', within: width - 2 * margin}),
    text(
      {x: margin, y: 58},
      `pods ${drawn.podNetwork} · ${drawn.overlay} · services ${drawn.serviceRange} · kube-proxy ${drawn.proxyMode}`,
      {kind: 'small', within: width - 2 * margin},
    ),
  ]
  const services = serviceRow(drawn, {y: 76, width})
  const nodes = nodeRows(drawn, {y: services.bottom + 16, width, columns})
  const rest = looseEnds(drawn, {y: nodes.bottom, width})
  return picture({width, height: rest.bottom + margin, title: `The topology of the lab ${drawn.name}`}, [
    ...head,
    ...services.parts,
    ...nodes.parts,
    ...rest.parts,
  ])
}

const margin = 24

/** Parts of the picture, and how far down they reach. */
type Drawn = {readonly parts: readonly string[]; readonly bottom: number}

/* Up to four in a row, and rows as even as they can be. */
function columnsFor(nodes: number): number {
  const rows = Math.max(1, Math.ceil(nodes / 4))
  return Math.max(1, Math.ceil(nodes / rows))
}

const chip = {width: 196, height: 40, gap: 12}

function serviceRow(
  {services, moreServices}: ReturnType<typeof collapse>,
  {y, width}: {y: number; width: number},
): Drawn {
  const perRow = Math.max(1, Math.floor((width - 2 * margin + chip.gap) / (chip.width + chip.gap)))
  const count = services.length + (moreServices > 0 ? 1 : 0)
  const place = (index: number) => ({
    x: margin + (index % perRow) * (chip.width + chip.gap),
    y: y + Math.floor(index / perRow) * (chip.height + chip.gap),
    width: chip.width,
    height: chip.height,
  })
  const parts = services.flatMap(({name, address, ports}, index) => {
    const at = place(index)
    return [
      box(at, 'service', 20),
      dot(at.x + 18, at.y + 20, index),
      text({x: at.x + 32, y: at.y + 17}, name, {kind: 'name', within: chip.width - 44}),
      text({x: at.x + 32, y: at.y + 32}, ports === '' ? address : `${address}:${ports}`, {
        kind: 'small',
        within: chip.width - 44,
      }),
    ]
  })
  const last = place(count - 1)
  const more =
    moreServices > 0
      ? [text({x: last.x + 12, y: last.y + 24}, `and ${moreServices} more services`, {kind: 'small'})]
      : []
  return {parts: [...parts, ...more], bottom: count === 0 ? y : last.y + chip.height}
}

type Area = {readonly y: number; readonly width: number; readonly columns: number}

function nodeRows(drawn: Topology, {y, width, columns}: Area): Drawn {
  const rows = Array.from({length: Math.ceil(drawn.nodes.length / columns)}, (_, row) =>
    drawn.nodes.slice(row * columns, (row + 1) * columns),
  )
  const parts: string[] = []
  const switches: number[] = []
  let top = y
  for (const nodes of rows) {
    const podRows = Math.max(1, ...nodes.map(({pods}) => rowsOf(pods)))
    const row = nodes.map((node, index) =>
      nodeCard(node, {x: margin + index * (card.width + card.gap), y: top, rows: podRows, overlay: drawn.overlay}),
    )
    const bars = networkBars(drawn, {y: top + cardMeasures(podRows).height, width, ends: row.map(({ends}) => ends)})
    parts.push(...bars.parts, ...row.flatMap(one => one.parts))
    switches.push(bars.bottom - 14)
    top = bars.bottom + rowGap
  }
  return {parts: [trunk(switches), ...parts], bottom: top - rowGap}
}

const rowGap = 28

/* One switch, drawn once for every row. */
function trunk(switches: readonly number[]): string {
  const points = switches.flatMap(
    y =>
      [
        [margin / 2, y],
        [margin, y],
        [margin / 2, y],
      ] as const,
  )
  return switches.length < 2 ? '' : line(points, 'wire')
}

/* The tunnel, where the overlay has one, and the switch below. */
function networkBars(drawn: Topology, {y, width, ends}: {y: number; width: number; ends: readonly Ends[]}): Drawn {
  const inner = width - 2 * margin
  const hasTunnel = ends.some(({tunnel}) => tunnel !== undefined)
  const tunnel = y + 22
  const cable = hasTunnel ? tunnel + 46 : y + 22
  return {
    parts: [
      ...ends.flatMap(({tunnel: x, bottom}) =>
        x === undefined
          ? []
          : [
              line(
                [
                  [x, bottom],
                  [x, tunnel],
                ],
                'through',
              ),
            ],
      ),
      ...ends.map(({cable: x, bottom}) =>
        line(
          [
            [x, bottom],
            [x, cable],
          ],
          'wire',
        ),
      ),
      ...(hasTunnel
        ? [
            box({x: margin, y: tunnel, width: inner, height: 28}, 'tunnel', 14),
            text(
              {x: margin + 14, y: tunnel + 18},
              `overlay ${drawn.overlay}: every node to every other, in packets of the underlay`,
              {kind: 'small', within: inner - 28},
            ),
          ]
        : []),
      box({x: margin, y: cable, width: inner, height: 28}, 'switch', 4),
      text({x: margin + 14, y: cable + 18}, `underlay ${drawn.underlay}`, {kind: 'name'}),
    ],
    bottom: cable + 28,
  }
}

/* What is beside the nodes: machines on the underlay, and pods that no node has. */
function looseEnds({machines, unplaced}: Topology, {y, width}: {y: number; width: number}): Drawn {
  const perRow = Math.floor((width - 2 * margin + chip.gap) / (chip.width + chip.gap))
  const row = (index: number, top: number) => ({
    x: margin + (index % perRow) * (chip.width + chip.gap),
    y: top + Math.floor(index / perRow) * (chip.height + chip.gap),
    width: chip.width,
    height: chip.height,
  })
  const bottomOf = (count: number, top: number) => (count === 0 ? top : row(count - 1, top).y + chip.height)
  const machineTop = y + 24
  const machineParts = machines.flatMap(({name, address, kind}, index) => {
    const at = row(index, machineTop)
    const cable = at.x + chip.width / 2
    return [
      line(
        [
          [cable, index < perRow ? y : at.y - chip.gap],
          [cable, at.y],
        ],
        kind === 'client' ? 'wire' : 'through',
      ),
      box(at, 'machine', kind === 'client' ? 6 : 20),
      text({x: cable, y: at.y + 17}, name, {kind: 'name', anchor: 'middle', within: chip.width - 16}),
      text({x: cable, y: at.y + 32}, address, {kind: 'small', anchor: 'middle'}),
    ]
  })
  const machineBottom = bottomOf(machines.length, machines.length === 0 ? y : machineTop)
  if (unplaced.length === 0) return {parts: machineParts, bottom: machineBottom}
  const top = machineBottom + 48
  return {
    parts: [
      ...machineParts,
      text({x: margin, y: top - 14}, 'On no node yet', {kind: 'name'}),
      ...unplaced.flatMap((pod: TopologyPod, index) => podBox(pod, row(index, top))),
    ],
    bottom: bottomOf(unplaced.length, top),
  }
}
