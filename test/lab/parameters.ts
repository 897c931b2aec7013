// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of lab files
import test from 'ava'
import fc from 'fast-check'
import {splitWords} from '../../src/lab/words.ts'
import {mistakesIn, read, warningsIn} from './_lab.ts'

const replicas = `
parameters: {pods: 3, image: busybox, kept: true, share: 0.5}
manifests:
  - apiVersion: apps/v1
    kind: ReplicaSet
    metadata: {name: web, labels: {tier: "x-\${pods}"}}
    spec:
      replicas: \${pods}
      selector: {matchLabels: {app: web}}
      template:
        metadata: {labels: {app: web}}
        spec: {shareProcessNamespace: "\${kept}", containers: [{name: main, image: "\${ image }"}]}
`

test('a placeholder that is the whole value keeps its type, and is text within a text', t => {
  const {metadata, spec} = read(replicas).manifests[0] as unknown as Record<'metadata' | 'spec', never>
  t.like(metadata, {labels: {tier: 'x-3'}})
  t.like(spec, {replicas: 3, template: {spec: {shareProcessNamespace: true, containers: [{image: 'busybox'}]}}})
})

test('--set replaces the default, and the last one counts', t => {
  const lab = read(replicas, {}, 'pods=7', 'pods=50', 'image=luksa/kubia', 'kept=false')
  t.like(lab.manifests[0], {
    metadata: {labels: {tier: 'x-50'}},
    spec: {replicas: 50, template: {spec: {shareProcessNamespace: false, containers: [{image: 'luksa/kubia'}]}}},
  } as never)
})

test('a placeholder is known in every file of the lab, and declared in any', t => {
  const {nodes, title} = read('include: [a.yaml]\nparameters: {nodes: 2}\ntitle: "${nodes} nodes, ${shape}"', {
    'labs/some/a.yaml': 'parameters: {nodes: 9, shape: round}\nnodes: {count: "${nodes}"}',
  })
  t.is(nodes.length, 2)
  t.is(title, '2 nodes, round')
})

test('two dollars are one, and no placeholder', t => {
  const [step] = read(
    "parameters: {a: 1}\nscenario: [{exec: {in: pod/a, run: [sh, -c, 'echo $${HOME} ${a} $1 ${a:-x}']}}]",
  ).scenario
  t.deepEqual(step?.do === 'exec' && step.command, ['sh', '-c', 'echo ${HOME} 1 $1 ${a:-x}'])
})

const refused = test.macro({
  exec: (t, text: string, set: readonly string[], ...expected: readonly string[]) =>
    t.deepEqual(mistakesIn(text, {}, ...set), expected),
  title: (title = '') => `refused: ${title}`,
})
const declared =
  'parameters: {pods: {default: 3, min: 1, max: 100}, mode: {default: udp, oneOf: [udp, vxlan]}, on: true}\ntitle: "${pods} ${mode} ${on}"\n'

test(
  'a --set for a parameter that is not there',
  refused,
  declared,
  ['pod=3'],
  '--set pod=3 - no parameter is named pod; did you mean "pods"?',
)
test('a number that is none', refused, declared, ['pods=many'], '--set pods=many - expected a whole number')
test(
  'a number in a form that only programs read',
  refused,
  declared,
  ['pods=0x10'],
  '--set pods=0x10 - expected a whole number',
)
test(
  'a number with a fraction for a whole one',
  refused,
  declared,
  ['pods=1.5'],
  '--set pods=1.5 - expected a whole number',
)
test('a number too great', refused, declared, ['pods=101'], '--set pods=101 - must be at most 100')
test('a number too small', refused, declared, ['pods=0'], '--set pods=0 - must be at least 1')
test(
  'a value outside the choice',
  refused,
  declared,
  ['mode=geneve'],
  '--set mode=geneve - expected udp or vxlan, not the text "geneve"',
)
test('yes for true', refused, declared, ['on=yes'], '--set on=yes - expected true or false')
test(
  'an empty text',
  refused,
  declared,
  ['mode='],
  '--set mode= - expected one word of letters, digits and ._:/@%+- that begins with a letter, a digit or /',
)
test(
  'a default that its own limits forbid',
  refused,
  'parameters: {a: {default: 5, max: 4}}\ntitle: "${a}x"',
  [],
  '1:27 the default: must be at most 4',
)
test(
  'a parameter without a default',
  refused,
  'parameters: {a: {min: 4}}\ntitle: "${a}"',
  [],
  '1:17 expected a default: a number, true or false, or a text',
)
test(
  'a default of several words',
  refused,
  'parameters: {a: x y}\ntitle: "${a}"',
  [],
  '1:17 expected one word of letters, digits and ._:/@%+- that begins with a letter, a digit or /',
)
test(
  'a name that is no name',
  refused,
  'parameters: {A-b: 1}',
  [],
  '1:14 expected a letter in lower case, then letters and digits, like pods',
)
test(
  'a placeholder without a parameter',
  refused,
  'parameters: {pods: 1}\nname: a\ntitle: "${pod} ${pods}"',
  [],
  '3:8 no parameter is named pod; did you mean "pods"?',
)
test(
  'a placeholder in a key',
  refused,
  'parameters: {pods: 1}\nscenario: [{scale: {"${pods}": 1}}]',
  [],
  '2:21 ${pods} in a key; a placeholder is put in values',
  '2:21 "${pods}" names no object; expected KIND/NAME or KIND/LABEL=VALUE, like service/kubia',
)
test(
  'a placeholder between braces without quotes',
  refused,
  'parameters: {pods: 1}\nnodes: {count: ${pods}}',
  [],
  '2:17 not YAML: Unexpected flow-map-start at node end',
)
test(
  'a value of the wrong type for its place',
  refused,
  'parameters: {pods: 300}\nnodes: {count: "${pods}"}',
  [],
  '2:16 must be at most 250',
)

test('the error names the parameters that there are, with their limits', t => {
  const error = t.throws(() => read(declared, {}, 'pod=3'))
  t.regex(
    error?.message ?? '',
    /^--set pod=3: no parameter .*\n {2}parameters here: pods=3 \(from 1 to 100\), mode=udp \(udp or vxlan\), on=true$/,
  )
  t.regex(t.throws(() => read('title: x', {}, 'a=1'))?.message ?? '', /the lab has no parameters/)
})

test('a parameter that is used nowhere is a warning', t => {
  t.deepEqual(warningsIn('parameters: {pods: 1}'), ['1:14 the parameter pods is used nowhere'])
})

test('no value becomes structure, a second word or an option, wherever it is put', t => {
  const lab = 'parameters: {x: word}\nscenario: [{exec: {in: pod/a, run: "curl ${x} end"}}]\ntitle: ${x}'
  for (const attack of [
    '{a: 1}',
    'a\nname: b',
    '"',
    "'",
    'a b',
    '$(id)',
    '`id`',
    'a;id',
    'a|b',
    '-o',
    '${x}',
    'a&b',
    '~',
    '*',
    'a#b',
  ])
    t.regex(mistakesIn(lab, {}, `x=${attack}`)[0] ?? '', /expected one word/, attack)
  fc.assert(
    fc.property(fc.string({unit: 'binary-ascii', maxLength: 20}), text => {
      const [first] = mistakesIn(lab, {}, `x=${text}`)
      if (first !== undefined) return
      const {title, scenario} = read(lab, {}, `x=${text}`)
      t.is(title, text)
      t.deepEqual(scenario[0]?.do === 'exec' && scenario[0].command, ['curl', text, 'end'])
      t.deepEqual(splitWords(text), [text])
    }),
  )
})

test('an alias is filled once, however often it stands', t => {
  const text = `parameters: {x: a}\nscenario:\n  - say: &s ["\${x}"]\n${'  - {say: *s}\n'.repeat(50)}`
  t.is(mistakesIn(text).length, 51)
})
