import {ask} from '../../cluster/control.ts'
import {chooseLab} from '../../cluster/running-labs.ts'
import {type CommandRun, UsageError} from '../command.ts'
import {exitCode} from '../exit-code.ts'

/** The agent of a node as a process of its own: stops and starts that of a lab's outside node, or makes this very machine a node. */
export const run: CommandRun = async ([action, name], options, signal) => {
  if (action === 'join') {
    const {join} = await import('../join.ts')
    return join(name === undefined ? undefined : String(name), options, signal)
  }
  if (name === undefined) throw new UsageError(`which node? Like: podlab node ${action} node2`)
  const {session} = await chooseLab(options.lab === undefined ? undefined : String(options.lab))
  const to = action === 'start' ? 'start' : 'stop'
  await ask(session.socket, 'agent', {node: String(name), to}, signal)
  process.stdout.write(to === 'start' ? `The agent of ${name} is started.\n` : stopped(String(name)))
  return exitCode.good
}

function stopped(name: string): string {
  return `The agent of ${name} is gone, and its pods with it. In 40 s the cluster gives the node up; podlab node start ${name} brings it back.\n`
}
