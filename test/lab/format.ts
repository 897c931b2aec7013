// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of lab files
import test from 'ava'
import {formatLab} from '../../src/lab/format.ts'
import {labKeyOrder} from '../../src/lab/key-order.ts'
import {starterLab} from '../../src/lab/starter.ts'
import {checks, read} from './_lab.ts'

const order = labKeyOrder(checks)

const formats = test.macro({
  exec: (t, text: string, expected: string) => {
    t.is(formatLab(text, order), expected)
    t.is(formatLab(expected, order), expected, 'a second time nothing changes')
  },
  title: (title = '') => `fmt ${title}`,
})

test(
  'puts keys in order, sections apart, and leaves unknown keys at the end',
  formats,
  'checks: []\nfoo: 1\nnodes: [a]\ncluster: {overlay: udp, podNetwork: 10.1.0.0/16}\nsummary: s\ntitle: t\n',
  'title: t\nsummary: s\n\ncluster: { podNetwork: 10.1.0.0/16, overlay: udp }\n\nnodes: [a]\n\nchecks: []\n\nfoo: 1\n',
)
test(
  'keeps every comment with what it is about',
  formats,
  `# yaml-language-server: $schema=x.json
# Who goes there?
nodes: # machines
  # the first
  - a   # its name

  # the second
  - {podSubnet: 172.17.2.0/24, name: b} # more
# at the top
title: t
# at the end
`,
  `# yaml-language-server: $schema=x.json
# at the top
title: t

# Who goes there?
nodes:
  # machines
  # the first
  - a # its name

  # the second
  - { name: b, podSubnet: 172.17.2.0/24 } # more

# at the end
`,
)
test(
  'writes steps, checks and objects as everybody does',
  formats,
  `scenario:
  - {title: go, exec: {run: a, in: pod/a}}
  - apply: {kind: Pod, spec: {zebra: 1, ape: 2}, metadata: {name: a}, apiVersion: v1}
manifests:
  - metadata: {name: b}
    kind: Pod
    apiVersion: v1
checks:
  - reaches: {to: x, from: pod/a}
    points: 2
    title: here
`,
  `manifests:
  - apiVersion: v1
    kind: Pod
    metadata: { name: b }

scenario:
  - { exec: { in: pod/a, run: a }, title: go }
  - apply: { apiVersion: v1, kind: Pod, metadata: { name: a }, spec: { zebra: 1, ape: 2 } }

checks:
  - title: here
    points: 2
    reaches: { from: pod/a, to: x }
`,
)
test(
  'writes line by line what is longer than a line, from the outside in',
  formats,
  `scenario:\n  - exec: {in: pod/a, run: [${'word-of-a-command, '.repeat(5)}last], expect: {contains: a rather long text}}\n`,
  `scenario:
  - exec:
      in: pod/a
      run: [${'word-of-a-command, '.repeat(5)}last]
      expect: { contains: a rather long text }
`,
)
test(
  'makes quotes double where that says the same, and lines end as on Linux',
  formats,
  "\uFEFFtitle: 'a: b'\r\nsummary: 'a \"b\"'\r\nnodes: ['${a}',\r\n  b]\r\n",
  'title: "a: b"\nsummary: \'a "b"\'\n\nnodes: ["${a}", b]\n',
)
test(
  'leaves anchors, block texts and empty values as they are',
  formats,
  'summary: |\n  one\n  two\n\nmanifests:\n  - &a { kind: Pod }\n  - *a\n\nscenario:\n',
  'summary: |\n  one\n  two\n\nmanifests:\n  - &a { kind: Pod }\n  - *a\n\nscenario:\n',
)

test(
  'is not misled by names that every object has',
  formats,
  'constructor: {b: 1, a: 2}\n__proto__: {x: 1}\ntitle: a\n',
  'title: a\n\nconstructor: { b: 1, a: 2 }\n\n__proto__: { x: 1 }\n',
)

test('the starting lab is good, and in form', t => {
  const {'lab.yaml': text = '', 'README.md': readme = ''} = starterLab({
    ...{name: 'mine', schema: '../../schema/lab.schema.json', program: './podlab'},
  })
  t.is(formatLab(text, order), text)
  t.true(text.split('\n').every(line => line.length <= 120))
  t.regex(readme, /^# mine\n(.*\n)*\.\/podlab check mine$/m)
})

test('an inline object keeps what it means when its keys move', t => {
  const text =
    'manifests: [{spec: {containers: [{image: busybox, name: a}]}, metadata: {name: a}, kind: Pod, apiVersion: v1}]'
  t.deepEqual(read(formatLab(text, order)), read(text))
})
