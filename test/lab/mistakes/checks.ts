import test from 'ava'
import {refused} from './_refused.ts'

test(
  'an unknown check',
  refused,
  'checks:\n  - {reachs: {from: pod/a, to: b}}\n',
  '2:6 unknown key "reachs"; did you mean "reaches"?',
)
test(
  'a check without its parameters',
  refused,
  'checks:\n  - reaches: {from: pod/a}\n',
  '2:14 "to" is missing; expected a text',
)
test(
  'a check with a wrong parameter',
  refused,
  'checks:\n  - reaches: {from: pod/a, to: b, within: soon}\n',
  '2:43 expected a number, not the text "soon"',
)
test(
  'a check in a node that is not there',
  refused,
  'checks:\n  - reaches: {from: node/b, to: b}\n',
  '2:21 no node is named b',
)
test('points below zero', refused, 'checks:\n  - {points: -1, pods: {selector: a}}\n', '2:14 must be at least 0')
