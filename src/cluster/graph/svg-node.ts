import {overlayDevice} from './flowchart.ts'
import {box, dot, line, type Place, text} from './svg-elements.ts'
import type {TopologyNode, TopologyPod} from './topology.ts'

/** Measures of a node's card, in pixels. */
export const card = {width: 272, gap: 24, perRow: 2, head: 30, padding: 12}
const pod = {width: 116, height: 40, gap: 8}
const bar = 34

/** How high a card is with room for so many rows of pods, and where its parts are, from its top. */
export function cardMeasures(rows: number) {
  const bridge = card.head + rows * (pod.height + pod.gap) + 18
  const ports = bridge + bar + 18
  return {bridge, ports, height: ports + bar + card.padding}
}

/** How many rows the pods of a node take. */
export function rowsOf(pods: readonly TopologyPod[]): number {
  return Math.ceil(pods.length / card.perRow)
}

/** Where the node's ends of the tunnel and of the cable are, at the card's lower edge. */
export type Ends = {readonly tunnel: number | undefined; readonly cable: number; readonly bottom: number}

/** A node's card: its pods on docker0, and its ways out. */
export function nodeCard(
  node: TopologyNode,
  {x, y, rows, overlay}: {x: number; y: number; rows: number; overlay: string},
): {readonly parts: readonly string[]; readonly ends: Ends} {
  const {bridge, ports, height} = cardMeasures(rows)
  const inner = card.width - 2 * card.padding
  const at = (dx: number, dy: number, width: number, tall: number): Place => ({
    x: x + dx,
    y: y + dy,
    width,
    height: tall,
  })
  const device = overlayDevice(overlay)
  const half = (inner - 10) / 2
  const tunnel = device === undefined ? undefined : x + card.padding + half / 2
  const cable = device === undefined ? x + card.width / 2 : x + card.padding + half + 10 + half / 2
  const portPlace = at(
    device === undefined ? card.padding : card.padding + half + 10,
    ports,
    device === undefined ? inner : half,
    bar,
  )
  const down = (from: number) =>
    line(
      [
        [from, y + bridge + bar],
        [from, y + ports],
      ],
      'wire',
    )
  const parts = [
    box({x, y, width: card.width, height}, 'node', 10),
    text({x: x + card.padding, y: y + 20}, node.name, {kind: 'name', within: inner / 2}),
    text({x: x + card.width - card.padding, y: y + 20}, node.address, {kind: 'small', anchor: 'end'}),
    ...node.pods.flatMap((one, index) => podOnBridge(one, podPlace(x, y, index), y + bridge)),
    ...named(at(card.padding, bridge, inner, bar), 'bridge', ['docker0', node.podSubnet]),
    down(cable),
    ...(device === undefined || tunnel === undefined
      ? []
      : [down(tunnel), ...named(at(card.padding, ports, half, bar), 'tunnel', [device, overlay])]),
    ...named(portPlace, 'port', ['eth0', node.address]),
  ]
  return {parts, ends: {tunnel, cable, bottom: y + ports + bar}}
}

function podPlace(x: number, y: number, index: number): Place {
  const column = index % card.perRow
  const row = Math.floor(index / card.perRow)
  return {
    x: x + card.padding + column * (pod.width + pod.gap),
    y: y + card.head + row * (pod.height + pod.gap),
    width: pod.width,
    height: pod.height,
  }
}

/* Its cable runs down to the bridge beside the pods of the rows below. */
function podOnBridge(one: TopologyPod, place: Place, bridge: number): readonly string[] {
  const x = place.x + place.width + pod.gap / 2
  const middle = place.y + place.height / 2
  return [
    line(
      [
        [place.x + place.width, middle],
        [x, middle],
        [x, bridge],
      ],
      'wire',
    ),
    ...podBox(one, place),
  ]
}

/** A pod, or several as one: name, address, and a dot for each service that sends it packets. */
export function podBox({name, count, ip, state, services}: TopologyPod, place: Place): readonly string[] {
  const {x, y, width, height} = place
  const kind = state === 'ready' ? 'pod' : state
  const behind = count > 1 ? [box({x: x + 3, y: y - 3, width, height}, kind, 6)] : []
  const second = count > 1 ? `× ${count}` : (ip ?? '')
  return [
    ...behind,
    box(place, kind, 6),
    text({x: x + 8, y: y + 17}, name, {kind: 'name', within: width - 14}),
    text({x: x + 8, y: y + 32}, second, {kind: 'small', within: width - 40}),
    ...services.slice(0, 4).map((service, index) => dot(x + width - 9 - index * 10, y + 29, service)),
  ]
}

/** A box with a name at its left and a small text at its right. */
function named(place: Place, kind: string, [name, small]: readonly [string, string]): readonly string[] {
  const {x, y, width} = place
  const two = width < 160
  return [
    box(place, kind, 6),
    text({x: x + 8, y: y + (two ? 15 : 21)}, name, {kind: 'name', within: width - 14}),
    two
      ? text({x: x + 8, y: y + 28}, small, {kind: 'small', within: width - 14})
      : text({x: x + width - 8, y: y + 21}, small, {kind: 'small', anchor: 'end'}),
  ]
}
