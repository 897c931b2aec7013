import {spawnSync} from 'node:child_process'
import test from 'ava'
import fc from 'fast-check'
import {parseNftTable} from '../../src/kernel/nftables/parse.ts'
import {print} from '../../src/kernel/print.ts'
import {parseIptablesSave, printIptablesRule} from '../../src/kernel/rules/iptables.ts'
import {systemPath} from '../../src/kernel/system-path.ts'
import {parseNetwork} from '../../src/net/cidr.ts'
import {parseIp} from '../../src/net/ip.ts'
import {packetOps} from '../../src/node/packet-plans.ts'
import type {PacketPlan} from '../../src/node/plan.ts'
import {proxyModes} from '../../src/node/proxy/index.ts'
import type {ServicePort} from '../../src/node/proxy/service-port.ts'
import {node1} from '../node/proxy/_plan.ts'
import {servicePortLists} from '../node/proxy/_random.ts'

/*
 * Two network namespaces: one goes through all plans, one after the other, the other gets the last one at once. What the tools list then must be the
 * same: no chain, set, map or table of a plan before is left. Of ipvs see test/node/proxy/ipvs: many kernels do not have it.
 */
const user = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']
const list = 'iptables-save; echo ====; nft list table ip kube-proxy 2>/dev/null'

function unshared(script: string, input: string) {
  return spawnSync('unshare', [...user, '--net', 'bash', '--norc', '-c', script], {
    input,
    encoding: 'utf8',
    env: {PATH: systemPath, LC_ALL: 'C'},
    maxBuffer: 2 ** 28,
  })
}

/** What is there after plans, each reached from the one before. */
function after(sequence: readonly (readonly PacketPlan[])[]): readonly string[] {
  const ops = sequence.flatMap((plans, at) => packetOps(sequence[at - 1] ?? [], plans))
  const input = ops.map(
    op => `${op.op === 'changeTable' ? 'nft -f -' : 'iptables-restore --noflush'}\n${print(op).line}\0`,
  )
  const script = `while IFS= read -r tool && IFS= read -r -d '' text; do printf '%s\\n' "$text" | $tool || exit 1; done; ${list}`
  const {status, stdout, stderr} = unshared(script, input.join(''))
  if (status !== 0 && stderr !== '') throw new Error(stderr)
  const [saved = '', table = ''] = stdout.split('====\n')
  return [...rulesIn(saved), ...(table === '' ? [] : partsOf(table))]
}

/* The kernel's own chains stay once a table was used. */
function rulesIn(saved: string): readonly string[] {
  const text = saved.replaceAll(/\[\d+:\d+\]/g, '[0:0]')
  return Object.entries(parseIptablesSave(text).tables).flatMap(([table, chains]) =>
    Object.entries(chains ?? {})
      .flatMap(([chain, {rules}]) => [
        ...(/^[A-Z]+$/.test(chain) ? [] : [`${table} ${chain}`]),
        ...rules.map((rule, at) => `${table} ${at} ${printIptablesRule(chain, rule)}`),
      ])
      .sort(),
  )
}

function partsOf(listed: string): readonly string[] {
  const {chains, maps, sets} = parseNftTable(listed)
  return [
    ...Object.entries(chains).map(([name, {rules}]) => `${name}: ${rules.join('; ')}`),
    ...Object.entries(sets).map(([name, {type, elements}]) => `${name} ${type}: ${elements.join()}`),
    ...Object.entries(maps).map(([name, {elements}]) => `${name}: ${JSON.stringify(Object.entries(elements).sort())}`),
  ].sort()
}

const modes = ['iptables', 'nftables', 'userspace'] as const

function planned(mode: (typeof modes)[number], ports: readonly ServicePort[]): readonly PacketPlan[] {
  const proxySockets = {ports: new Map(ports.map(({name}, at) => [name, 40_000 + at])), refused: new Map()}
  const context = {...node1, nodeIp: parseIp('10.0.20.11'), serviceRange: parseNetwork('10.96.0.0/12'), proxySockets}
  return proxyModes[mode].plan(ports, context).rules ?? []
}

const {status, stderr} = unshared('nft list tables && iptables-save', '')
if (status !== 0) test.skip(`no namespace to try it in: ${stderr.trim()}`, () => undefined)
else
  test('any sequence of Services in any modes leaves in the kernel what the last alone would', t => {
    const steps = fc.array(fc.tuple(fc.constantFrom(...modes), servicePortLists), {minLength: 2, maxLength: 5})
    fc.assert(
      fc.property(steps, sequence => {
        const plans = sequence.map(([mode, ports]) => planned(mode, ports))
        const [walked, alone] = [after(plans), after(plans.slice(-1))]
        t.true(alone.length > 4)
        t.deepEqual(walked, alone)
      }),
      {numRuns: 15, seed: 5},
    )
  })

if (status === 0)
  test('what is left of another plan would be seen', t => {
    const [some, none] = fc.sample(servicePortLists, {numRuns: 20, seed: 5}).toSorted((a, b) => b.length - a.length)
    t.notDeepEqual(after([planned('nftables', some ?? [])]), after([planned('iptables', some ?? [])]))
    t.notDeepEqual(after([planned('iptables', some ?? [])]), after([planned('iptables', none?.slice(1) ?? [])]))
  })
