import test from 'ava'
import {svgOf} from '../../../src/cluster/graph/svg.ts'
import {shorten} from '../../../src/cluster/graph/svg-elements.ts'
import {large, pod, small} from './_topology.ts'

/** Throws where tags do not match, as an XML parser would. */
function wellFormed(svg: string): void {
  const open: string[] = []
  for (const [tag, close, name = '', self] of svg.matchAll(
    /<(\/?)(\w+)(?:\s+[\w-]+="[^"<&]*(?:&#\d+;[^"<&]*)*")*\s*(\/?)>|<|&(?!#\d+;)/g,
  )) {
    if (name === '') throw new Error(`a loose ${tag}`)
    if (close && open.pop() !== name) throw new Error(`${tag} closes nothing`)
    if (!close && !self) open.push(name)
  }
  if (open.length > 0) throw new Error(`${open} is open`)
}

const texts = (svg: string) =>
  [...svg.matchAll(/<text[^>]*>(?:<title>[^<]*<\/title>)?([^<]*)</g)].map(([, text]) => text)

test('every node, pod, service and machine is named', t => {
  const svg = svgOf(small)
  wellFormed(svg)
  const shown = texts(svg)
  for (const name of [
    'small',
    'master',
    'node1',
    'client',
    'web',
    '172.17.12.2',
    '10.98.0.10:80:30080',
    'laptop',
    'flannel.1',
    'docker0',
    'eth0',
  ])
    t.true(shown.includes(name), name)
})

test('a host-gw lab has no tunnel', t => {
  t.notRegex(svgOf({...small, overlay: 'host-gw'}), /flannel/)
})

test('names that mean something to XML, or to nobody, do no harm', t => {
  const name = '<script>"&\'\u0000\u001b\ud800]]>'
  const svg = svgOf({...small, name, unplaced: [pod(name, {state: 'planned'})]})
  wellFormed(svg)
  t.notRegex(svg, /<script/)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
  t.notRegex(svg, /[\x00-\x08\x1b]/)
})

for (const [nodes, pods] of [
  [0, 0],
  [1, 0],
  [1, 100],
  [4, 11],
  [5, 3],
  [10, 100],
  [10, 1000],
] as const)
  test(`${nodes} nodes of ${pods} pods are a picture of a sane size, and nothing is outside of it`, t => {
    const svg = svgOf(large(nodes, pods))
    wellFormed(svg)
    const [, width = '', height = ''] = svg.match(/viewBox="0 0 (\d+) (\d+)"/) ?? []
    t.true(Number(width) <= 1300 && Number(height) <= 1800, `${width} × ${height}`)
    t.true(svg.length < 100_000)
    for (const [, x, y, w, h] of svg.matchAll(
      /<rect class="\w+" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"/g,
    ))
      t.true(Number(x) + Number(w) <= Number(width) && Number(y) + Number(h) <= Number(height))
  })

test('a long name loses its middle and keeps its ends', t => {
  t.is(shorten('web-5d9c7b8f6d-abcde', 12), 'web-5d…abcde')
  t.is(shorten('kubia', 12), 'kubia')
})
