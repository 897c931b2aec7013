import test from 'ava'
import {printDuration} from '../../src/objects/age.ts'

const age = test.macro({
  exec: (t, seconds: number, expected: string) => t.is(printDuration(seconds * 1000), expected),
  title: (_, seconds, expected) => `${seconds} seconds are ${expected}`,
})
test(age, -5, '<invalid>')
test(age, -1, '0s')
test(age, 5, '5s')
test(age, 119, '119s')
test(age, 120, '2m')
test(age, 130, '2m10s')
test(age, 15 * 60 + 1, '15m')
test(age, 3 * 3600, '3h')
test(age, 3 * 3600 + 300, '3h5m')
test(age, 30 * 3600, '30h')
test(age, 49 * 3600, '2d1h')
test(age, 10 * 86400, '10d')
test(age, 800 * 86400, '2y70d')
test(age, 4000 * 86400, '10y')
