import test from 'ava'
import fc from 'fast-check'
import {canonicalQuantity} from '../../src/objects/quantity.ts'
import {quantityOf} from '../../src/objects/resources.ts'

const shown = test.macro({
  exec: (t, written: string | number, canonical: string) => t.is(canonicalQuantity(written), canonical),
  title: (_, written, canonical) => `the API server shows ${JSON.stringify(written)} as ${canonical}`,
})

test(shown, '1000m', '1')
test(shown, '500m', '500m')
test(shown, 0.5, '500m')
test(shown, 2, '2')
test(shown, '0.5', '500m')
test(shown, '1024Mi', '1Gi')
test(shown, '1.5Gi', '1536Mi')
test(shown, '1000Ki', '1000Ki')
test(shown, '64Mi', '64Mi')
test(shown, '0.5Ki', '512')
test(shown, '0.1Gi', '107374182400m')
test(shown, '1000000', '1M')
test(shown, '1e3', '1e3')
test(shown, '100e1', '1e3')
test(shown, '0.1n', '1n')
test(shown, '-1500m', '-1500m')
test(shown, '0Gi', '0')
test(shown, '+3', '3')
test(shown, '1.2.3', '1.2.3')

test('what is shown means the same, and is shown as itself', t => {
  const suffix = fc.constantFrom('', 'm', 'k', 'M', 'G', 'Ki', 'Mi', 'Gi', 'e3')
  fc.assert(
    fc.property(fc.nat(1_000_000), suffix, (number, unit) => {
      const canonical = canonicalQuantity(`${number}${unit}`)
      t.is(quantityOf(canonical), quantityOf(`${number}${unit}`))
      t.is(canonicalQuantity(canonical), canonical)
    }),
  )
})
