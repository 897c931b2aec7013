import test from 'ava'
import fc from 'fast-check'
import {interfaceNameLimit, vethName} from '../../src/net/interface-name.ts'

test('a veth is named as docker names it, always the same', t => {
  t.is(vethName('default/kubia'), vethName('default/kubia'))
  t.regex(vethName('default/kubia'), /^veth[0-9a-f]{7}$/)
})

test('any key makes a name that Linux takes', t =>
  t.notThrows(() =>
    fc.assert(
      fc.property(fc.string({unit: 'binary'}), key => {
        const name = vethName(key)
        return name.length <= interfaceNameLimit && /^[a-z][a-z0-9]*$/.test(name)
      }),
    ),
  ))

test('a thousand pods have a thousand names', t => {
  const names = new Set(Array.from({length: 1000}, (_, pod) => vethName(`default/pod-${pod}`)))
  t.is(names.size, 1000)
})
