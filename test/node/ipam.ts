import test from 'ava'
import fc from 'fast-check'
import {parseNetwork} from '../../src/net/cidr.ts'
import {type AddressPool, addressPool, allocate, allocateLast, release} from '../../src/node/ipam.ts'
import {PlanError} from '../../src/node/plan-error.ts'

/** `+a` gives a an address, `^a` the last one that is free, `-a` takes it back; the answer is what each `+` got, the last byte only. */
function play(subnet: string, moves: string): string {
  let pool: AddressPool = addressPool(parseNetwork(subnet))
  const given: string[] = []
  for (const move of moves.split(' ')) {
    const owner = move.slice(1)
    if (move.startsWith('-')) pool = release(pool, owner)
    else {
      const allocated = move.startsWith('^') ? allocateLast(pool, owner) : allocate(pool, owner)
      pool = allocated.pool
      given.push(allocated.ip.split('.')[3] ?? '')
    }
  }
  return given.join(' ')
}

const gives = test.macro({
  exec: (t, moves: string, expected: string) => t.is(play('172.17.13.0/29', moves), expected),
  title: (_, moves, expected) => `${moves} gives ${expected}`,
})

test(gives, '+a +b +c', '2 3 4')
test('an address that came back is not given out at once', gives, '+a +b -b +c', '2 3 4')
test('the search begins again at the end of the subnet', gives, '+a +b +c +d +e -b +f', '2 3 4 5 6 3')
test('who has an address keeps it', gives, '+a +b +a', '2 3 2')
test('one who left gets another', gives, '+a -a +a', '2 3')
test('the last address is out of the way of the others', gives, '^d +a ^e +b', '6 2 5 3')
test('who has the last address keeps it, and it can come back', gives, '^d ^d -d ^e', '6 6 5')
test('releasing what nobody has changes nothing', gives, '+a -x +b', '2 3')

test('a full subnet is an error that names it', t => {
  const error = t.throws(() => play('172.17.13.0/29', '+a +b +c +d +e +f'), {instanceOf: PlanError})
  t.is(error.message, 'no address is free in 172.17.13.0/29: all 5 are taken by pods')
})

test('a full subnet has no last address either', t => {
  t.throws(() => play('172.17.13.0/29', '+a +b +c +d +e ^f'), {message: /all 5 are taken by pods/})
})

test('a subnet without room for pods is full from the start', t => {
  t.throws(() => play('172.17.13.0/31', '+a'), {instanceOf: PlanError})
})

test('no two owners share an address, and network, gateway and broadcast are nobody’s', t => {
  const move = fc.tuple(fc.constantFrom('+', '-'), fc.constantFrom('a', 'b', 'c', 'd', 'e'))
  fc.assert(
    fc.property(fc.array(move, {maxLength: 40}), moves => {
      let pool = addressPool(parseNetwork('172.17.13.0/29'))
      for (const [sign, owner] of moves) pool = sign === '+' ? allocate(pool, owner).pool : release(pool, owner)
      const owners = [...pool.taken.values()]
      t.is(new Set(owners).size, owners.length)
      t.true([...pool.taken.keys()].every(ip => /^172\.17\.13\.[2-6]$/.test(ip)))
    }),
  )
})
