import {existsSync, mkdirSync, openSync, readFileSync, writeFileSync} from 'node:fs'
import {dirname} from 'node:path'
import {pino} from 'pino'
import {isOneUser} from '../../kernel/one-user.ts'
import {type Agent, startAgent} from '../../node/agent.ts'
import {createDaemons} from '../../node/daemons.ts'
import {startRuntime} from '../../node/runtime/runtime.ts'
import {startThread} from '../../node/runtime/thread.ts'
import {connect} from '../api-client/connection.ts'
import {httpClient} from '../api-client/http-client.ts'
import {readKubeconfig} from '../api-client/kubeconfig-file.ts'
import {after, timestamp} from '../clock.ts'
import {kernelOf} from '../daemon/kernel-of.ts'
import {workerProgram} from '../daemon/worker-program.ts'
import {tellNames} from '../dns/tell-names.ts'
import {serveAgent} from './agent-server.ts'
import {machineOf} from './machine.ts'
import {mountAgent} from './mounts.ts'
import type {JoinOptions} from './options.ts'
import {registerNode} from './register.ts'

/*
 * A node's agent as a process of its own: kubelet, flannel and kube-proxy, in the node's network namespace, as the first of its own processes. Of
 * the cluster it knows a kubeconfig, and speaks nothing but the Kubernetes API. Its argument: JoinOptions as JSON. When it ends, its pods
 * do; the node's links and rules stay, and the next agent goes on with them.
 */
async function main(options: JoinOptions): Promise<void> {
  const output = pino.destination({fd: 1, sync: true})
  for (const sink of [output, process.stderr]) sink.on('error', () => undefined)
  const log = pino({base: {node: options.name}, timestamp: pino.stdTimeFunctions.isoTime}, output)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(0))
  const root = `/proc/self/fd/${openSync(options.root, 'r')}`
  const place = readKubeconfig(`${root}${options.kubeconfig}`)
  mountAgent(options.name)

  const {signal} = new AbortController()
  const connection = connect({...place, ...(options.server !== undefined && {server: options.server})})
  const client = httpClient({connection, node: options.name, after})
  const names = httpClient({connection, kinds: ['Namespace', 'Service', 'EndpointSlice', 'Pod'], after})
  tellNames({client: names, after, signal, log})
  const agents: Agent[] = []
  const died = (error: Error) => {
    log.fatal({err: error}, 'the runtime is gone, and the node with it')
    process.exit(1)
  }
  const exited = (id: string, code: number) => {
    for (const agent of agents) agent.exited(id, code)
  }
  const starting = startRuntime({exited, died, thread: startThread(workerProgram)})
  log.info({server: options.server ?? place.server}, 'joining')
  await registerNode(connection, options, {after, signal, now: timestamp})
  const runtime = await starting
  const kernel = kernelOf(runtime, isOneUser(readFileSync('/proc/self/uid_map', 'utf8')))
  const {name, podNetwork, serviceRange, link} = options
  const found = await kernel.observe(name)
  const mtu = found.links.find(one => one.name === link)?.mtu
  if (mtu === undefined) throw new Error(`the node has no link ${link}`)
  const agent = await startAgent({
    ...{name, client, kernel, runtime, podNetwork, serviceRange, signal, log},
    pid: process.pid,
    images: [],
    underlay: {link, mtu},
    daemons: createDaemons(),
    machine: machineOf(found),
    again: true,
    writeFile: (path, text) => {
      mkdirSync(dirname(`${root}${path}`), {recursive: true})
      writeFileSync(`${root}${path}`, text)
    },
    readFile: path => (existsSync(`${root}${path}`) ? readFileSync(`${root}${path}`, 'utf8') : ''),
    now: timestamp,
    time: () => performance.timeOrigin + performance.now(),
    elapsed: () => performance.now(),
    after,
  })
  agents.push(agent)
  if (options.socket) await serveAgent({socket: `${root}${options.socket}`, agent, readLog: runtime.log})
  log.info('joined')
}

main(JSON.parse(process.argv[2] ?? '{}')).catch((error: Error) => {
  process.stderr.write(`podlab: ${error.message}\n`)
  process.exit(1)
})
