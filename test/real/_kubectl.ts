import {chmodSync, chownSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import type {TestFn} from 'ava'
import {type Kubectl, kubectlsFound} from './_kubectl-found.ts'
import {lines} from './_kubectl-lines.ts'
import {type Desk, playLine} from './_kubectl-play.ts'
import {type Account, makePlace, type Place, sessionFolder} from './_podlab.ts'
import {files} from './kubectl-lines/_files.ts'

/*
 * The real kubectl, of every version that this machine has, in one lab: each has a namespace of its own, and a node of its own to drain.
 *
 *          10.0.20.0/24, the underlay
 *     ┌─────────┬────────────┬──────────── ...
 *   spare   v1-20-node   v1-27-node
 */

/** Plays the table's command lines with each of the clients, for an account. */
export function kubectlSuite(test: TestFn, account: Account, clients: readonly Kubectl[]): void {
  const place = makePlace(account)
  const name = place.name('kubectl')

  test.serial.before(async t => {
    t.timeout(120_000)
    const {code, stderr} = await place.podlab('up', place.lab(name, labFile(clients)))
    t.deepEqual({code, stderr}, {code: 0, stderr: ''})
  })
  test.after.always(async () => {
    await place.podlab('down', '--all')
    place.remove()
  })

  for (const client of clients)
    test(`${account.name}: kubectl ${client.version} says of the lab what it says of a cluster`, async t => {
      t.timeout(300_000)
      const desk = deskOf(client, {place, lab: name})
      const faults: string[] = []
      for (const line of lines) {
        if (line.since && client.minor < line.since.minor) {
          t.log(`skipped: ${line.run}: ${line.since.reason}`)
          continue
        }
        const fault = await playLine(line, desk)
        t.pass() // the time is that of a line
        if (fault !== undefined) faults.push(fault)
      }
      t.is(faults.join('\n\n'), '')
    })
}

/** The clients to try: those of the machine, or why there is none. */
export function clientsFound(): readonly Kubectl[] | {readonly refused: string} {
  const found = kubectlsFound()
  return found.length > 0 ? found : {refused: 'there is no kubectl on the PATH'}
}

const namespaceOf = ({minor}: Kubectl) => `v1-${minor}`

function labFile(clients: readonly Kubectl[]): string {
  const names = ['spare', ...clients.map(client => `${namespaceOf(client)}-node`)]
  return `nodes: [${names.map(name => `{name: ${name}}`).join(', ')}]\n`
}

/* A folder with the files, and a kubeconfig that means the client's namespace. */
function deskOf(client: Kubectl, {place, lab}: {place: Place; lab: string}): Desk {
  const namespace = namespaceOf(client)
  const folder = join(place.folder, namespace)
  mkdirSync(folder)
  const words = {namespace, node: `${namespace}-node`, ip: `10.98.237.${100 + client.minor}`}
  const written = {...files, kubeconfig: kubeconfigOf(sessionFolder(place, lab), namespace)}
  for (const [name, text] of Object.entries(written))
    writeFileSync(join(folder, name), text.replaceAll('{ip}', words.ip).replaceAll('{node}', words.node))
  chmodSync(folder, 0o755)
  for (const path of [folder, ...Object.keys(written).map(file => join(folder, file))])
    if (process.getuid?.() === 0) chownSync(path, place.account.uid, place.account.uid)
  const environment = {...place.environment, HOME: folder, KUBECONFIG: join(folder, 'kubeconfig')}
  return {account: place.account, program: client.path, minor: client.minor, folder, environment, words}
}

function kubeconfigOf(session: string, namespace: string): string {
  return readFileSync(join(session, 'kubeconfig'), 'utf8').replace(
    /(\n {4}user: .*\n)/,
    `$1    namespace: ${namespace}\n`,
  )
}
