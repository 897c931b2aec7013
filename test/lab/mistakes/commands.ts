import test from 'ava'
import {refused} from './_refused.ts'

test(
  'a shell where there is none',
  refused,
  'scenario:\n  - exec: {in: pod/a, run: a | b}\n',
  '2:28 "|" would be a pipe in a shell, and no shell is started; quote it, or run: [sh, -c, "..."]',
)
test(
  'a pipe behind kubectl',
  refused,
  'scenario:\n  - kubectl: get pods | wc -l\n',
  '2:14 "|" would be a pipe in a shell, and no shell is started; quote it, or run: [sh, -c, "..."]',
)
test(
  'kubectl twice',
  refused,
  'scenario:\n  - kubectl: kubectl get pods\n  - kubectl: {run: [kubectl, get, pods]}\n',
  '2:14 expected the words after kubectl, without kubectl',
  '3:20 expected the words after kubectl, without kubectl',
)
test(
  'a name of what is no pod, for kubectl',
  refused,
  'scenario:\n  - kubectl: get svc {name:svc/web}\n  - kubectl: exec {name:pod/app=web} -- ls\n  - kubectl: get {name:pod/}\n',
  '2:14 after {name: expected pod/NAME or pod/LABEL=VALUE and }: only pods get their names from the cluster',
  '4:14 after {name: expected pod/NAME or pod/LABEL=VALUE and }: only pods get their names from the cluster',
)

test('kubectl and no words', refused, "scenario:\n  - kubectl: ''\n", '2:14 expected a command')
test('kubectl in a pod', refused, 'scenario:\n  - kubectl: {in: pod/a, run: get pods}\n', '2:15 unknown key "in"')
test(
  'a number for kubectl',
  refused,
  'scenario:\n  - kubectl: 5\n',
  '2:14 expected a command line, or a list of its words',
)
test('no command', refused, "scenario:\n  - exec: {in: pod/a, run: ''}\n", '2:28 expected a command')

test(
  'a bad regular expression',
  refused,
  "scenario:\n  - exec: {in: pod/a, run: a, expect: {matches: '('}}\n",
  '2:49 Invalid regular expression: /(/m: Unterminated group',
)
