import test from 'ava'
import {kinds} from '../../src/objects/kinds.ts'
import {mistakesIn} from './_lab.ts'

const pod = (name: string, image = 'busybox') =>
  `{apiVersion: v1, kind: Pod, metadata: {name: ${name}}, spec: {containers: [{name: main, image: ${image}}]}}`

const refused = test.macro({
  exec: (t, text: string, ...expected: readonly string[]) => t.deepEqual(mistakesIn(text), expected),
  title: (title = '') => `refused: ${title}`,
})

test('an empty file', refused, '', '- the lab file is empty')
test('a file of comments', refused, '# nothing\n', '- the lab file is empty')
test('a list', refused, '- a\n', '1:1 expected a mapping, not a list')
test('tabs', refused, 'nodes:\n\t- master\n', '2:1 a tab indents this line')
test('a key twice', refused, 'title: a\ntitle: b\n', '2:1 this key stands twice in the same mapping')
test('a second document', refused, 'title: a\n---\ntitle: b\n', '3:1 a second document (---): a lab file has one')
test('an alias without an anchor', refused, 'title: *x\n', '1:1 no anchor &x stands before the alias *x')
test('an unknown tag', refused, 'title: !secret x\n', '1:8 not YAML: Unresolved tag: !secret')
test('an open quote', refused, 'title: "a\n', '2:1 not YAML: Missing closing "quote')

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

test(
  'networks that overlap',
  refused,
  'cluster: {serviceRange: 172.17.128.0/17, underlay: 10.96.4.0/24}\n',
  '1:25 serviceRange 172.17.128.0/17 overlaps podNetwork 172.17.0.0/16',
)
test(
  'host bits',
  refused,
  'cluster: {underlay: 10.0.20.1/24}\n',
  '1:21 "10.0.20.1/24" has host bits set; the network that it lies in is 10.0.20.0/24',
)
test(
  'no address',
  refused,
  'nodes: [{name: a, address: ten}]\n',
  '1:28 "ten" is not an IPv4 address; expected four numbers from 0 to 255, like 10.0.20.4',
)
test(
  'an address outside',
  refused,
  'nodes: [{name: a, address: 10.0.21.4}]\n',
  '1:28 the address 10.0.21.4 lies outside the underlay 10.0.20.0/24',
)
test(
  "the network's own address",
  refused,
  'nodes: [{name: a, address: 10.0.20.255}]\n',
  "1:28 10.0.20.255 is no host's: it is the underlay's first or last address",
)
test('two nodes of one name', refused, 'nodes: [a, a]\n', '1:12 a second node named a')
test(
  'two nodes of one address',
  refused,
  'nodes: [{name: a, address: 10.0.20.4}, {name: b, address: 10.0.20.4}]\n',
  "1:59 the address 10.0.20.4 is a's already",
)
test(
  'a pod subnet outside',
  refused,
  'nodes: [{name: a, podSubnet: 10.1.0.0/24}]\n',
  '1:30 the pod subnet 10.1.0.0/24 lies outside podNetwork 172.17.0.0/16',
)
test(
  'pod subnets that overlap',
  refused,
  'nodes: [{name: a, podSubnet: 172.17.2.0/23}, {name: b, podSubnet: 172.17.3.0/24}]\n',
  '1:67 the pod subnet 172.17.3.0/24 overlaps 172.17.2.0/23 of a',
)
test(
  'a pod subnet without room',
  refused,
  'nodes: [{name: a, podSubnet: 172.17.2.0/30}]\n',
  '1:30 the pod subnet 172.17.2.0/30 has no room for pods; expected a /29 or larger',
)
test(
  'more nodes than subnets',
  refused,
  'cluster: {podNetwork: 172.17.0.0/24}\nnodes: [a, b, c, d]\n',
  '2:18 podNetwork 172.17.0.0/24 has no subnet left for d',
)
test(
  'more nodes than addresses',
  refused,
  'cluster: {underlay: 10.0.20.0/30}\nnodes: [a, b]\n',
  '2:12 underlay 10.0.20.0/30 has no address left for b',
)

test(
  'a manifest file that is not there',
  refused,
  'manifests: [a.yaml]\n',
  '1:13 the manifest file labs/some/a.yaml does not exist',
)
test(
  'an unknown image',
  refused,
  `manifests:\n  - ${pod('a', 'luksa/kubai')}\n`,
  '2:94 podlab has no image "luksa/kubai"; did you mean "luksa/kubia"?',
)
test(
  'two manifests of one name',
  refused,
  `manifests:\n  - ${pod('a')}\n  - ${pod('a')}\n`,
  '3:50 a second Pod named a',
)
test(
  'a manifest that is a list',
  refused,
  'manifests: [[1]]\n',
  '1:13 expected the name of a manifest file, or a Kubernetes object',
)
test(
  'a node as a manifest',
  refused,
  'manifests:\n  - {apiVersion: v1, kind: Node, metadata: {name: a}}\n',
  '2:28 a manifest cannot make a node',
)
test(
  'a cluster IP outside the range',
  refused,
  'manifests:\n  - {apiVersion: v1, kind: Service, metadata: {name: a}, spec: {clusterIP: 10.0.0.1, ports: [{port: 80}]}}\n',
  '2:76 the cluster IP 10.0.0.1 lies outside the service range 10.96.0.0/12',
)

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
test(
  'a setting that there is not',
  refused,
  'scenario:\n  - set: {dns: none}\n  - set: {proxy: magic}\n  - set: {}\n',
  '2:11 unknown key "dns"',
  '3:18 expected userspace or iptables or ipvs or nftables, not the text "magic"',
  '4:10 this says no set; expected one of overlay, proxy',
)
test(
  'two settings at once',
  refused,
  'scenario:\n  - set: {proxy: iptables, overlay: udp}\n',
  '2:10 overlay and proxy in one set; write them as two',
)
test(
  'steps that are repeated for nothing, or repeat within a repetition',
  refused,
  'scenario:\n  - each: {proxy: [], play: [say: a]}\n  - each: {proxy: [iptables], play: []}\n  - each: {play: [say: a]}\n  - each: {proxy: [iptables], play: [{each: {overlay: [udp], play: [say: a]}}]}\n',
  '2:19 must not be empty',
  '3:37 must not be empty',
  '4:11 this says no each; expected one of overlay, proxy',
  '5:39 unknown key "each"',
)
test(
  'a mistake in a step that is repeated is told once',
  refused,
  'scenario:\n  - each:\n      proxy: [iptables, nftables]\n      play:\n        - exec: {in: node/ghost, run: x}\n',
  '5:22 no node is named ghost',
)
for (const [what, written, message] of [
  ['a word', 'here', '"here" is not an IPv4 address; expected four numbers from 0 to 255, like 10.0.20.4'],
  ['port 0', '"192.0.2.53:0"', '"0" is no port; expected 1 to 65535'],
  ['port 70000', '"192.0.2.53:70000"', '"70000" is no port; expected 1 to 65535'],
  ['no', 'false', 'expected true, not the boolean false'],
  ['a number', '53', 'expected true, not the number 53'],
  ['a list', '[192.0.2.53]', 'expected true, not a list'],
] as const)
  test(`${what} for the DNS server of the host`, refused, `cluster: {dns: {host: ${written}}}`, `1:23 ${message}`)
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
  'no target',
  refused,
  'scenario:\n  - exec: {in: client, run: a}\n',
  '2:16 "client" is no target; expected pod/NAME, pod/NAME/CONTAINER, pod/LABEL=VALUE, NAMESPACE/pod/..., node/NAME or client/NAME',
)
test('a node that is not there', refused, 'scenario:\n  - exec: {in: node/b, run: a}\n', '2:16 no node is named b')
test(
  'a bad regular expression',
  refused,
  "scenario:\n  - exec: {in: pod/a, run: a, expect: {matches: '('}}\n",
  '2:49 Invalid regular expression: /(/m: Unterminated group',
)
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

test("a manifest's mistake is told where it stands, in its own file", t => {
  const manifest = `# a pod\napiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {ports: [{port: 80}]}\n---\napiVersion: v1\nkind: Foo\n`
  t.deepEqual(mistakesIn('manifests: [a.yaml]', {'labs/some/a.yaml': manifest}), [
    `labs/some/a.yaml 8:7 kind: podlab does not know the kind "Foo"; it knows ${Object.keys(kinds).join(', ')}`,
  ])
  t.deepEqual(mistakesIn('manifests: [a.yaml]', {'labs/some/a.yaml': 'kind:\n\t- a'}), [
    'labs/some/a.yaml 2:1 a tab indents this line',
  ])
  t.deepEqual(mistakesIn('manifests: [a.yaml]', {'labs/some/a.yaml': '# nothing'}), [
    '1:13 the manifest file labs/some/a.yaml is empty',
  ])
})

test('an alias bomb is refused before it unfolds', t => {
  const levels = Array.from(
    {length: 20},
    (_, level) => `a${level}: &a${level} [${`*a${level - 1},`.repeat(level ? 9 : 0)}x]`,
  )
  t.regex(mistakesIn(levels.join('\n'))[0] ?? '', /too many aliases/)
})

test('a file nested too deep is refused', t => {
  t.regex(mistakesIn(`title: ${'['.repeat(150)}${']'.repeat(150)}`)[0] ?? '', /nested more than 100 levels deep/)
  t.true(mistakesIn('['.repeat(100_000)).length > 0)
})
