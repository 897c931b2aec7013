import test from 'ava'
import fc from 'fast-check'
import {
  fitted,
  printResolvConf,
  type Resolver,
  readResolvConf,
  withDnsConfig,
} from '../../../src/node/pods/resolv-conf.ts'

const words = (count: number, word: string) => Array.from({length: count}, (_, index) => `${word}${index}`)
const resolver = (more: Partial<Resolver>): Resolver => ({nameservers: [], searches: [], options: [], ...more})

test('what is printed is read as it was', t => {
  const word = fc.stringMatching(/^[a-z0-9.:-]{1,12}$/)
  const lists = fc.record({nameservers: fc.array(word), searches: fc.array(word), options: fc.array(word)})
  fc.assert(fc.property(lists, one => t.deepEqual(readResolvConf(printResolvConf(one)), one)))
})

test('remarks, blanks and unknown words of a file are passed over', t => {
  const text =
    '# written by hand\n\n  nameserver   10.0.0.2 \nsortlist 1.2.3.4\nsearch a.example  b.example\noptions ndots:2 rotate\nnameserver\n'
  t.deepEqual(readResolvConf(text), {
    nameservers: ['10.0.0.2'],
    searches: ['a.example', 'b.example'],
    options: ['ndots:2', 'rotate'],
  })
})

test('of servers three are taken, and it is said which', t => {
  const {resolver: few, warnings} = fitted(resolver({nameservers: words(4, '10.0.0.')}))
  t.deepEqual(few.nameservers, ['10.0.0.0', '10.0.0.1', '10.0.0.2'])
  t.deepEqual(warnings, [
    'Nameserver limits were exceeded, some nameservers have been omitted, the applied nameserver line is: 10.0.0.0 10.0.0.1 10.0.0.2',
  ])
})

test('of domains 32 are taken, of at most 253 letters each and 2048 together', t => {
  t.is(fitted(resolver({searches: words(33, 'd')})).resolver.searches.length, 32)
  const long = `${'a'.repeat(254)}`
  const {resolver: short, warnings} = fitted(resolver({searches: ['a', long, 'b']}))
  t.deepEqual(short.searches, ['a', 'b'])
  t.deepEqual(warnings, [
    'Search Line limits were exceeded, some search paths have been omitted, the applied search line is: a b',
  ])
  const many = fitted(resolver({searches: words(30, 'x'.repeat(98))}))
  t.true(many.resolver.searches.join(' ').length <= 2048)
  t.true([...many.resolver.searches, 'x'.repeat(99)].join(' ').length > 2048)
})

test('what fits is left as it is, without a word', t => {
  const name = fc.stringMatching(/^[a-z]{1,60}$/)
  const lists = fc.record({
    nameservers: fc.array(name, {maxLength: 3}),
    searches: fc.array(name, {maxLength: 32}),
    options: fc.array(name),
  })
  fc.assert(fc.property(lists, one => t.deepEqual(fitted(one), {resolver: one, warnings: []})))
})

test('what fits already is not cut again', t => {
  const name = fc.string({unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 300})
  const lists = fc.record({nameservers: fc.array(name), searches: fc.array(name), options: fc.array(name)})
  fc.assert(
    fc.property(lists, one => {
      const {resolver: once} = fitted(one)
      t.deepEqual(fitted(once), {resolver: once, warnings: []})
    }),
  )
})

test('an option without a value is one, and a server said twice is asked once', t => {
  const given = resolver({nameservers: ['10.96.0.10'], options: ['ndots:5', 'rotate']})
  const added = withDnsConfig(given, {
    nameservers: ['10.96.0.10', '1.1.1.1'],
    options: [{name: 'ndots', value: '1'}, {name: 'edns0', value: ''}, {name: 'rotate'}],
  })
  t.deepEqual(added, {nameservers: ['10.96.0.10', '1.1.1.1'], searches: [], options: ['ndots:1', 'rotate', 'edns0']})
})
