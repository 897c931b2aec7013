import test from 'ava'
import fc from 'fast-check'
import {emptyHistogram, goFloat, observed, printMetrics} from '../../../src/node/proxy-status/exposition.ts'

test('metrics are printed as Prometheus reads them, by name', t => {
  const histogram = [0, 0.25, 7].reduce(observed, emptyHistogram([0.001, 0.5]))
  t.is(
    printMetrics([
      {name: 'sync_seconds', help: 'How long', type: 'histogram', histogram},
      {
        name: 'rules',
        help: 'How many',
        type: 'gauge',
        samples: [
          {labels: {table: 'nat', at: 'a"b\\c\n'}, value: 3},
          {labels: {table: 'filter'}, value: 0},
        ],
      },
      {name: 'asked_total', help: 'How often', type: 'counter', samples: [{value: 1}]},
    ]),
    `# HELP asked_total [ALPHA] How often
# TYPE asked_total counter
asked_total 1
# HELP rules [ALPHA] How many
# TYPE rules gauge
rules{table="nat",at="a\\"b\\\\c\\n"} 3
rules{table="filter"} 0
# HELP sync_seconds [ALPHA] How long
# TYPE sync_seconds histogram
sync_seconds_bucket{le="0.001"} 1
sync_seconds_bucket{le="0.5"} 2
sync_seconds_bucket{le="+Inf"} 3
sync_seconds_sum 7.25
sync_seconds_count 3
`,
  )
})

const printed = test.macro({
  exec: (t, value: number, text: string) => t.is(goFloat(value), text),
  title: (_, value, text) => `${value} is ${text} to Go`,
})
test(printed, 0, '0')
test(printed, 0.001, '0.001')
test(printed, 0.0001, '0.0001')
test(printed, 0.00001, '1e-05')
test(printed, 16.384, '16.384')
test(printed, 999_999, '999999')
test(printed, 1_000_000, '1e+06')
test(printed, 1_763_742_123.5, '1.7637421235e+09')
test(printed, -2_000_000, '-2e+06')

test('however it is printed, a number is read as the same', t => {
  fc.assert(fc.property(fc.double({noNaN: true, noDefaultInfinity: true}), value => Number(goFloat(value)) === value))
  t.pass()
})

test('a histogram counts each value in every bound that it fits', t => {
  const values = fc.array(fc.double({min: 0, max: 10, noNaN: true}))
  fc.assert(
    fc.property(values, all => {
      const {counts, bounds} = all.reduce(observed, emptyHistogram([1, 2, 5]))
      t.deepEqual(
        counts,
        [...bounds, Number.POSITIVE_INFINITY].map(bound => all.filter(value => value <= bound).length),
      )
    }),
  )
})
