import {resolve} from 'node:path'
import test from 'ava'
import {mistakesIn, read} from './_lab.ts'

const pod = (name: string) =>
  `{apiVersion: v1, kind: Pod, metadata: {name: ${name}}, spec: {containers: [{name: main, image: busybox}]}}`

test('an included file adds to the lists of the lab, and the lab has the last word in its mappings', t => {
  const lab = read('include: [../common/base.yaml]\ncluster: {overlay: udp}\nnodes: [c]\ntitle: Mine', {
    'labs/common/base.yaml': 'title: Theirs\ncluster: {overlay: host-gw, underlay: 10.1.0.0/24}\nnodes: [a, b]',
  })
  t.is(lab.title, 'Mine')
  t.is(lab.cluster.overlay, 'udp')
  t.is(lab.cluster.underlay as string, '10.1.0.0/24')
  t.deepEqual(
    lab.nodes.map(({name}) => name),
    ['a', 'b', 'c'],
  )
})

test("an included file finds its manifests and its own includes from its own folder, and keeps the lab's name out of it", t => {
  const lab = read('include: [../common/base.yaml]', {
    'labs/common/base.yaml': 'include: [deep/pods.yaml]\nnodes: {count: 2}',
    'labs/common/deep/pods.yaml': 'manifests: [a.yaml]\nscenario: [{apply: b.yaml}, {kubectl: get pods}]',
    'labs/common/deep/a.yaml': pod('a'),
    'labs/common/deep/b.yaml': pod('b'),
  })
  t.is(lab.name, 'some')
  t.is(lab.nodes.length, 2)
  t.is(lab.manifests[0]?.metadata.name, 'a')
  t.is(lab.scenario.length, 2)
  t.like(lab.scenario[1], {do: 'kubectl', folder: resolve('labs/common/deep')})
})

test('a file that is included on two ways is read once', t => {
  const {nodes} = read('include: [a.yaml, b.yaml]', {
    'labs/some/a.yaml': 'include: [base.yaml]\nnodes: [a]',
    'labs/some/b.yaml': 'include: [./base.yaml]\nnodes: [b]',
    'labs/some/base.yaml': 'nodes: [base]',
  })
  t.deepEqual(
    nodes.map(({name}) => name),
    ['base', 'a', 'b'],
  )
})

test('a mistake in an included file is told there', t => {
  const base =
    '# nodes\nnodes:\n  - {name: a, address: 10.9.9.9}\ntitel: x\nchecks:\n  - {reaches: {from: node/z, to: a}}'
  t.deepEqual(
    mistakesIn('include: [base.yaml]\nchecks:\n  - {pods: {}}', {'labs/some/base.yaml': base}),
    [
      'labs/some/base.yaml 3:24 the address 10.9.9.9 lies outside the underlay 10.0.20.0/24',
      'labs/some/base.yaml 4:1 unknown key "titel"; did you mean "title"?',
      'labs/some/base.yaml 6:22 no node is named z',
      '3:12 "selector" is missing; expected a text',
    ].toSorted(byFile),
  )
})

test('a wrong section of an included file is told, though the lab writes it anew', t => {
  t.deepEqual(mistakesIn('include: [base.yaml]\nnodes: [a]', {'labs/some/base.yaml': 'nodes: 5'}), [
    'labs/some/base.yaml 1:8 expected a list of nodes, or a pool with count and prefix',
  ])
})

test('includes in a circle are refused where the circle closes', t => {
  t.deepEqual(mistakesIn('include: [lab.yaml]'), [
    '1:11 a circle of includes: labs/some/lab.yaml includes labs/some/lab.yaml',
  ])
  const circle = {'labs/some/a.yaml': 'include: [b.yaml]', 'labs/some/b.yaml': 'title: x\ninclude: [../some/a.yaml]'}
  t.deepEqual(mistakesIn('include: [a.yaml]', circle), [
    'labs/some/b.yaml 2:11 a circle of includes: labs/some/a.yaml includes labs/some/b.yaml includes labs/some/a.yaml',
  ])
})

test('includes that go too deep, or never end, are refused', t => {
  const chain = Object.fromEntries(
    Array.from({length: 20}, (_, index) => [`labs/some/${index}.yaml`, `include: [${index + 1}.yaml]`]),
  )
  t.deepEqual(mistakesIn('include: [0.yaml]', chain), ['labs/some/9.yaml 1:11 an include more than 10 files deep'])
  const many = Array.from({length: 150}, (_, index) => `${index}.yaml`)
  const files = Object.fromEntries(many.map(name => [`labs/some/${name}`, 'title: x']))
  t.regex(mistakesIn(`include: [${many.join(', ')}]`, files)[0] ?? '', /more than 100 included files/)
})

test('an included file that is missing, empty or no YAML is told with its place', t => {
  const why = (text: string | undefined) =>
    mistakesIn('title: x\ninclude:\n  - a.yaml', text === undefined ? {} : {'labs/some/a.yaml': text})
  t.deepEqual(why(undefined), ['3:5 the included file labs/some/a.yaml does not exist'])
  t.deepEqual(why('# nothing'), ['3:5 the included file labs/some/a.yaml is empty'])
  t.deepEqual(why('a: 1\n---\nb: 2'), ['labs/some/a.yaml 3:1 a second document (---): an included file has one'])
  t.deepEqual(why('nodes:\n\t- a'), ['labs/some/a.yaml 2:1 a tab indents this line'])
  t.deepEqual(why('- a'), ['labs/some/a.yaml 1:1 expected a mapping, not a list'])
})

function byFile(a: string, b: string): number {
  return Number(b.startsWith('labs')) - Number(a.startsWith('labs'))
}
