import test from 'ava'
import {kindNamed, kinds, UnknownKindError} from '../../src/objects/kinds.ts'
import {generatedName} from '../../src/objects/names.ts'
import {nearest} from '../../src/objects/nearest.ts'

const named = test.macro({
  exec: (t, word: string, kind: string) => t.is(kindNamed(word), kind as never),
  title: (_, word, kind) => `${word} means ${kind}`,
})
test(named, 'po', 'Pod')
test(named, 'pods', 'Pod')
test(named, 'Pod', 'Pod')
test(named, 'svc', 'Service')
test(named, 'rs', 'ReplicaSet')
test(named, 'ReplicaSets', 'ReplicaSet')
test(named, 'ep', 'Endpoints')
test(named, 'no', 'Node')
test(named, 'ns', 'Namespace')

test('an unknown kind is told which there are and which is nearest', t => {
  t.throws(() => kindNamed('servise'), {
    instanceOf: UnknownKindError,
    message: `podlab does not know the kind "servise"; it knows ${Object.keys(kinds).join(', ')}; did you mean "Service"?`,
  })
})

test('every kind stands in the table under its own name', t => {
  for (const [name, {kind}] of Object.entries(kinds)) t.is(kind, name as never)
})

test('no word means two kinds', t => {
  const words = Object.values(kinds).flatMap(({plural, singular, shortNames}) => [
    ...new Set([plural, singular]),
    ...shortNames,
  ])
  t.is(new Set(words).size, words.length)
})

test('generated names end in five letters of an alphabet that spells no words', t => {
  t.is(
    generatedName('kubia-', () => 0),
    'kubia-bbbbb',
  )
  t.is(
    generatedName('a'.repeat(70), () => 0.999),
    `${'a'.repeat(58)}99999`,
  )
})

test('nearest finds slips of the pen and nothing far away', t => {
  t.is(nearest('replicsa', ['replicas', 'selector']), 'replicas')
  t.is(nearest('imaeg', ['image', 'name']), 'image')
  t.is(nearest('volumes', ['image', 'name']), undefined)
})
