import test from 'ava'
import {KernelError, type Run} from '../../../src/kernel/kernel.ts'
import {observeConnections} from '../../../src/kernel/observe/connections.ts'

/* As ipvsadm of Debian prints it. */
const head = `Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
`
const listings: Readonly<Record<string, string>> = {
  '-t 10.96.0.10:53': 'TCP  10.96.0.10:53 rr\n  -> 10.32.0.4:53                 Masq    0      1          2\n',
  '-u 10.96.0.10:53': 'UDP  10.96.0.10:53 rr\n',
}

/** An ipvsadm of the test's own, and what it was asked. */
function ipvsadm() {
  const asked: string[] = []
  const run: Run = async ({argv}) => {
    asked.push(argv.join(' '))
    const key = argv.slice(2).join(' ')
    if (key === '') return {code: 0, stdout: head + Object.values(listings).join(''), stderr: ''}
    const found = listings[key]
    if (found !== undefined) return {code: 0, stdout: head + found, stderr: ''}
    if (key === '-t 10.96.0.99:1') return {code: 255, stdout: '', stderr: "Can't initialize ipvs: Permission denied\n"}
    return {code: 255, stdout: '', stderr: 'No such service\n'}
  }
  const observe = (...servers: readonly string[]) => observeConnections(run, {netns: 'node1', servers})
  return {asked, run, observe}
}

test('of one virtual server only that one is asked for', async t => {
  const {asked, observe} = ipvsadm()
  t.deepEqual(await observe('-t 10.96.0.10:53'), {'-t 10.96.0.10:53': {'10.32.0.4:53': {active: 1, inactive: 2}}})
  t.deepEqual(asked, ['ipvsadm -Ln -t 10.96.0.10:53'])
})

test('one that is not there has no connections', async t => {
  const {observe} = ipvsadm()
  t.deepEqual(await observe('-t 10.96.0.77:1', '-u 10.96.0.10:53'), {'-t 10.96.0.77:1': {}, '-u 10.96.0.10:53': {}})
})

test('many are read from one list, and those of them that are not in it have none', async t => {
  const {asked, observe} = ipvsadm()
  const many = Array.from({length: 20}, (_, at) => `-t 10.96.1.${at}:80`)
  const connections = await observe('-t 10.96.0.10:53', ...many)
  t.deepEqual(asked, ['ipvsadm -Ln'])
  t.deepEqual(connections['-t 10.96.0.10:53'], {'10.32.0.4:53': {active: 1, inactive: 2}})
  t.deepEqual(connections['-t 10.96.1.7:80'], {})
})

test('all are read from one list', async t => {
  const {asked, run} = ipvsadm()
  const all = await observeConnections(run, {netns: 'node1', servers: undefined})
  t.deepEqual([Object.keys(all), asked], [Object.keys(listings), ['ipvsadm -Ln']])
})

test('nobody is asked of none', async t => {
  const {asked, observe} = ipvsadm()
  t.deepEqual([await observe(), asked], [{}, []])
})

test('what else ipvsadm complains of is told with its words', async t => {
  const {observe} = ipvsadm()
  await t.throwsAsync(observe('-t 10.96.0.99:1'), {
    instanceOf: KernelError,
    message: "Can't initialize ipvs: Permission denied: ipvsadm -Ln -t 10.96.0.99:1 (in network namespace node1)",
  })
})
