import test from 'ava'
import {makePlace} from '../real/_podlab.ts'

type Finding = {
  readonly name: string
  readonly gives: string
  readonly need: string
  readonly able: boolean
  readonly remedy?: string
}

const place = makePlace({name: 'root', uid: process.getuid?.() ?? 0, way: []})
test.after.always(() => place.remove())

test('doctor --json says what this machine can do, and what to do about the rest', async t => {
  const {code, stdout, stderr} = await place.podlab('doctor', '--json')
  t.is(stderr, '')
  const {good, findings} = JSON.parse(stdout) as {good: boolean; findings: readonly Finding[]}
  t.is(code, good ? 0 : 3)
  t.is(
    good,
    findings.every(({able, need}) => able || need === 'optional'),
  )
  t.is(new Set(findings.map(({name}) => name)).size, findings.length, 'a name each')
  for (const {name, gives, need, able, remedy} of findings) {
    t.true(['required', 'optional'].includes(need), name)
    t.not(gives, '')
    t.is(remedy === undefined, able, name)
  }
})

test('doctor has a line for each thing, and a verdict', async t => {
  const {code, stdout} = await place.podlab('doctor')
  for (const name of ['namespaces', 'overlay', 'vxlan', 'iptables', 'br_netfilter'])
    t.regex(stdout, new RegExp(`^[✓✗-] ${name}`, 'm'))
  t.regex(stdout, code === 0 ? /\nLabs run here\.\n$/ : /\nLabs cannot run here yet; .*\n$/)
})
