import test from 'ava'
import fc from 'fast-check'
import {flowchartOf} from '../../../src/cluster/graph/flowchart.ts'
import {MermaidError, parseMermaid, printMermaid} from '../../../src/cluster/graph/mermaid.ts'
import {large, small} from './_topology.ts'

const id = fc.stringMatching(/^[a-z]\w{0,8}$/).filter(word => word !== 'end' && word !== 'subgraph')
/* No machine has a name of blanks alone. */
const label = fc.string({maxLength: 30, unit: 'grapheme'}).filter(text => text === '' || text.trim() !== '')
const box = fc.record({id, label, shape: fc.constantFrom('box' as const, 'round' as const, 'stadium' as const)})
const unique = <T extends {id: string}>(one: fc.Arbitrary<T>) =>
  fc.uniqueArray(one, {maxLength: 5, selector: ({id}) => id})

test('what is printed is read back', t => {
  const chart = fc.record({
    groups: unique(fc.record({id, label, boxes: unique(box)})),
    boxes: unique(box),
    lines: fc.array(fc.record({from: id, to: id, kind: fc.constantFrom('solid' as const, 'dotted' as const)}), {
      maxLength: 5,
    }),
  })
  fc.assert(fc.property(chart, one => t.deepEqual(parseMermaid(printMermaid(one)), one)))
})

for (const [words, topology] of Object.entries({small, large: large(10, 100)}))
  test(`the chart of a ${words} lab is read back, and its lines join boxes that are there`, t => {
    const chart = flowchartOf(topology)
    t.deepEqual(parseMermaid(printMermaid(chart)), chart)
    const ids = [...chart.boxes, ...chart.groups.flatMap(({boxes}) => boxes)].map(one => one.id)
    t.is(new Set(ids).size, ids.length)
    for (const {from, to} of chart.lines) t.true(ids.includes(from) && ids.includes(to), `${from} ${to}`)
    t.true(ids.length < 200)
  })

test('the chart of a lab, as GitHub draws it', t => {
  const text = printMermaid(flowchartOf({...small, nodes: small.nodes.slice(1)}))
  t.is(
    text,
    `flowchart TB
  subgraph node0["node1"]
    node0pod0("web<br/>172.17.12.2")
    node0docker0["docker0<br/>172.17.12.0/24"]
    node0overlay["flannel.1"]
    node0eth0["eth0<br/>10.0.20.11"]
  end
  service0(["web<br/>10.98.0.10:80:30080"])
  underlay("underlay 10.0.20.0/24")
  machine0("laptop<br/>10.0.20.200")
  service0 -.- node0pod0
  node0pod0 --- node0docker0
  node0docker0 --- node0overlay
  node0overlay --- node0eth0
  node0eth0 --- underlay
  underlay --- machine0
`,
  )
})

test('a host-gw node has no tunnel', t => {
  t.notRegex(printMermaid(flowchartOf({...small, overlay: 'host-gw'})), /flannel|overlay/)
})

for (const text of [
  '',
  'graph TD\n',
  'flowchart TB',
  'flowchart TB\n  a["b"\n',
  'flowchart TB\n  subgraph a["b"]\n',
  'flowchart TB\n  a --> b\n',
])
  test(`${JSON.stringify(text)} is refused`, t => {
    t.throws(() => parseMermaid(text), {instanceOf: MermaidError})
  })
