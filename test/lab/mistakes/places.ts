import test from 'ava'
import {mistakesIn} from '../_lab.ts'
import {pod} from './_refused.ts'

test('a thousand lines with one mistake are told the line', t => {
  const lines = Array.from({length: 1000}, (_, index) => `  - ${pod(`p${index}`)}`)
  const text = [
    'nodes: {count: 5}',
    'manifests:',
    ...lines.with(700, lines[700]?.replace('containers', 'container') ?? ''),
  ].join('\n')
  t.deepEqual(mistakesIn(text), ['703:63 spec.containers: Required value', '703:64 unknown field "spec.container"'])
})

test('all mistakes are told at once, in the order of the file', t => {
  const text = `
titel: x
cluster: {overlai: vxlan}
nodes: [{name: a, address: 1.2.3.4}]
manifests: [a.yaml]
scenario: [{aply: x}]
checks: [{reaches: {}}]
`
  t.deepEqual(
    mistakesIn(text).map(mistake => mistake.split(' ')[0]),
    ['2:1', '3:11', '4:28', '5:13', '6:13', '7:20', '7:20'],
  )
})
