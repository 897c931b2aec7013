import test from 'ava'
import {kinds} from '../../../src/objects/kinds.ts'
import {refused} from './_refused.ts'

test('an unknown step', refused, 'scenario:\n  - aply: a.yaml\n', '2:5 unknown key "aply"; did you mean "apply"?')
test(
  'two steps in one',
  refused,
  'scenario:\n  - {say: a, delete: pod/a}\n',
  '2:5 say and delete in one step; write them as two',
)
test(
  'a step that says nothing',
  refused,
  'scenario:\n  - {title: a}\n',
  '2:5 this says no step; expected one of say, apply, delete, scale, exec, kubectl, set, wait, check, each',
)

test(
  'no target',
  refused,
  'scenario:\n  - exec: {in: client, run: a}\n',
  '2:16 "client" is no target; expected pod/NAME, pod/NAME/CONTAINER, pod/LABEL=VALUE, NAMESPACE/pod/..., node/NAME or client/NAME',
)
test('a node that is not there', refused, 'scenario:\n  - exec: {in: node/b, run: a}\n', '2:16 no node is named b')

test(
  'a bad selector',
  refused,
  'scenario:\n  - delete: pod/=b\n',
  `2:13 found '=', expected: !, identifier, or 'end of string'`,
)
test(
  'an unknown kind to scale',
  refused,
  'scenario:\n  - scale: {replicset/a: 1}\n',
  `2:13 podlab does not know the kind "replicset"; it knows ${Object.keys(kinds).join(', ')}; did you mean "ReplicaSet"?`,
)
test(
  'several to scale',
  refused,
  'scenario:\n  - scale: {rs/app=a: 1}\n',
  '2:13 "rs/app=a" may mean several objects; expected KIND/NAME, like endpoints/kubia',
)
