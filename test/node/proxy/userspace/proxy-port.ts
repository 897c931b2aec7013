import test from 'ava'
import fc from 'fast-check'
import {parsePortRange} from '../../../../src/net/port-range.ts'
import {ephemeralPorts, portCandidates} from '../../../../src/node/proxy/userspace/proxy-port.ts'

test('every port of the range is tried, each once, beginning somewhere that depends on the name', t => {
  fc.assert(
    fc.property(fc.string(), fc.integer({min: 1, max: 200}), (name, size) => {
      const range = {first: 45_000, last: 45_000 + size - 1}
      const tried = [...portCandidates(name, range)]
      t.is(tried.length, size)
      t.is(new Set(tried).size, size)
      t.true(tried.every(port => port >= range.first && port <= range.last))
      t.deepEqual(tried, [...portCandidates(name, range)])
    }),
  )
})

test('a hundred Services hardly meet', t => {
  const firsts = Array.from(
    {length: 100},
    (_, at) => portCandidates(`default/service-${at}`, ephemeralPorts).next().value,
  )
  t.true(new Set(firsts).size > 95)
})

test('a range is read as kube-proxy reads it', t => {
  t.deepEqual(parsePortRange('45000-45100'), {first: 45_000, last: 45_100})
  t.deepEqual(parsePortRange('45000+100'), {first: 45_000, last: 45_100})
  t.deepEqual(parsePortRange('45000'), {first: 45_000, last: 45_000})
  t.deepEqual(parsePortRange('65000+1000'), {first: 65_000, last: 65_535})
  for (const none of ['', '0', '0-0']) t.is(parsePortRange(none), undefined)
})

const refused = test.macro({
  exec: (t, text: string, message: string) => {
    t.throws(() => parsePortRange(text), {message})
  },
  title: (_, _text: string, message: string) => message,
})

const form = 'expected one like 45000-45100'
test(refused, 'many', `"many" is not a range of ports; ${form}`)
test(refused, '45000-', `"45000-" is not a range of ports; ${form}`)
test(refused, '-45000', `"-45000" is not a range of ports; ${form}`)
test(refused, '45000:45100', `"45000:45100" is not a range of ports; ${form}`)
test(refused, '45000-45100-45200', `"45000-45100-45200" is not a range of ports; ${form}`)
test(refused, ' 45000', `" 45000" is not a range of ports; ${form}`)
test(refused, '4.5', `"4.5" is not a range of ports; ${form}`)
test(refused, '0-100', '"0-100" is not a range of ports: ports are from 1 to 65535')
test(refused, '65536', '"65536" is not a range of ports: ports are from 1 to 65535')
test(refused, '60000-70000', '"60000-70000" is not a range of ports: ports are from 1 to 65535')
test(refused, '45100-45000', '"45100-45000" is not a range of ports: it ends before it begins')
