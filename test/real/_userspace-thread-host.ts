/** The first process of a sandbox that is itself a node, with a userspace proxy whose thread a test can break. */
import {execFileSync} from 'node:child_process'
import {mkdirSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {parseIp} from '../../src/net/ip.ts'
import {startProxyThread} from '../../src/node/proxy/userspace/proxy-thread.ts'
import {createServiceProxies} from '../../src/node/proxy/userspace/service-proxy.ts'
import {serve} from './_serve.ts'

execFileSync('mount', ['--make-rprivate', '/'])
execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', '/run'])
execFileSync('ip', ['link', 'set', 'lo', 'up'])
mkdirSync('/run/netns')
symlinkSync('/proc/1/ns/net', '/run/netns/node1')

const program = new URL('_breaking-proxy.ts', import.meta.url)
let died = Promise.withResolvers<string>()
const proxies = createServiceProxies(tools => startProxyThread(tools, program))
const proxy = proxies.of('node1', ({message}) => died.resolve(message))

serve({
  open: async (protocol: 'tcp' | 'udp', nodePort: number) => {
    const claims = [{ip: parseIp('0.0.0.0'), port: nodePort}]
    const port = {name: `default/${protocol}`, protocol, endpoints: [], claims}
    const {ports, refused} = await proxy.open([port], {range: {first: 45_000, last: 45_000}, udpIdleMs: 250})
    return {ports: [...ports], refused: [...refused]}
  },
  break: async () => {
    writeFileSync('/run/break', '')
    const message = await died.promise
    died = Promise.withResolvers()
    rmSync('/run/break')
    return message.split('\n')[0]
  },
  stop: () => proxy.stop(),
  sockets: () => execFileSync('ss', ['-Htuln'], {encoding: 'utf8'}).match(/:\d+(?= )/g) ?? [],
})
