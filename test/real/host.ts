import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import test from 'ava'
import {systemPath} from '../../src/kernel/system-path.ts'
import {descendants, difference, hostPicture} from './_host.ts'
import {eventually, ordinaryAccount, rootAccount} from './_podlab.ts'

/** One change of each subject that the picture of a host has, in a scratch sandbox that plays the host. */
const changes = `
mount -t tmpfs tmpfs /run && ip netns add left-behind
ip link add left0 type bridge && ip link set left0 up && ip address add 10.9.8.1/24 dev left0
ip neighbour add 10.9.8.7 lladdr 02:42:0a:09:08:07 dev left0 nud permanent
ip rule add from 10.9.8.0/24 lookup 77
iptables -t nat -A POSTROUTING -s 10.9.8.0/24 -j MASQUERADE && nft add table ip left_behind
sysctl -q -w net.ipv4.ip_forward=1
echo changed; exec sleep 1000`

const root = rootAccount()
const account = 'refused' in root ? ordinaryAccount() : root

if ('refused' in account) test.skip(`a picture of the host: ${account.refused}`, () => undefined)
else
  test('a picture of the host shows every kind of thing that could be left behind', async t => {
    const folder = mkdtempSync(join(tmpdir(), 'podlab-test-'))
    t.teardown(() => rmSync(folder, {recursive: true}))
    const user = account.name === 'root' ? [] : ['--user', '--map-root-user']
    const words = [...user, '--net', '--mount', '--propagation', 'private', '--', 'sh', '-c']
    const host = spawn('unshare', [...words, `read go; ${changes}`], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: {PATH: systemPath},
    })
    t.teardown(() => host.kill('SIGKILL'))
    const {pid: inside} = await eventually('the sandbox stands', () =>
      descendants().find(({command}) => command[0] === 'sh'),
    )
    const way = [
      'nsenter',
      `--target=${inside}`,
      ...(user.length > 0 ? ['--user', '--preserve-credentials'] : []),
      '--net',
      '--mount',
      '--',
    ]

    const before = hostPicture(folder, way)
    t.deepEqual(difference(before, hostPicture(folder, way)), {}, 'nothing has changed yet')
    host.stdin.write('go\n')
    await once(host.stdout, 'data')
    writeFileSync(join(folder, 'left'), '')
    const seen = difference(before, hostPicture(folder, way))
    t.deepEqual(Object.keys(seen).sort(), Object.keys(before).sort())
    t.deepEqual(seen['routing rules'], ['+ 32765:\tfrom 10.9.8.0/24 lookup 77'])
    t.deepEqual(seen['temporary files'], [`+ ${join(folder, 'left')}`])
  })
