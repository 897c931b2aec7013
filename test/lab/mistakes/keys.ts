import test from 'ava'
import {refused} from './_refused.ts'

test('an unknown key', refused, 'titel: a\n', '1:1 unknown key "titel"; did you mean "title"?')
test(
  'an unknown key inside',
  refused,
  'cluster: {overlai: vxlan}\n',
  '1:11 unknown key "overlai"; did you mean "overlay"?',
)
test('a merge key', refused, 'x: &x {a: 1}\n', '1:1 unknown key "x"')
test('a wrong type', refused, 'title: [a]\n', '1:8 expected a text, not a list')
test(
  'nodes as a mapping',
  refused,
  'nodes: {master: 1}\n',
  '1:8 "count" is missing; expected a number',
  '1:9 unknown key "master"',
)
test('no nodes', refused, 'nodes: []\n', '1:8 must not be empty')
test(
  'an overlay that is not served',
  refused,
  'cluster: {overlay: geneve}\n',
  '1:20 expected vxlan or udp or host-gw, not the text "geneve"',
)
test(
  'a name that is too long',
  refused,
  `name: ${'a'.repeat(41)}\n`,
  '1:7 expected at most 40 of a-z, 0-9 and "-", like kubia',
)
