import {mkdir, readdir, writeFile} from 'node:fs/promises'
import {homedir, hostname, userInfo} from 'node:os'
import {dirname, join} from 'node:path'
import {promisify} from 'node:util'
import {gzip} from 'node:zlib'
import {collectDump, type Dump} from '../../cluster/dump/dump.ts'
import {printTar} from '../../cluster/dump/tar.ts'
import {type FoundSession, findSessions} from '../../cluster/sessions.ts'
import {type CommandRun, UsageError} from '../command.ts'
import {exitCode} from '../exit-code.ts'
import {cannotWrite, openSink} from '../sink.ts'
import {version} from '../version.ts'

/** How long a dump may take, in ms. */
const withinMs = 60_000

/** Writes everything for a report of a fault into an archive or a folder, also of a lab whose daemon hangs. */
export const run: CommandRun = async (_, {lab: name, output}, signal) => {
  const found = choose(await findSessions(), name as string | undefined)
  const now = new Date()
  const stamp = now.toISOString().slice(0, 19).replaceAll(':', '').replace('T', '-')
  const file = output === undefined ? `podlab-${found?.session.name ?? 'machine'}-${stamp}.tar.gz` : String(output)
  await checkOutput(file)
  if (found && found.daemon !== 'answers')
    process.stderr.write(
      `The daemon of ${found.session.name} ${words[found.daemon]}; what can be had from outside is dumped.\n`,
    )
  const owner = {host: hostname(), user: userName(), home: homedir()}
  const dump = await collectDump({lab: found, version: version(), now: now.toISOString(), owner, withinMs}, signal)
  await write(file, dump, now)
  const missing = dump.gaps.length === 0 ? '' : ` ${dump.gaps.length} could not be had; README.txt says why.`
  process.stderr.write(
    `${file}: ${dump.files.length} files.${missing} Read it before you send it: it describes your lab.\n`,
  )
  return exitCode.good
}

const words = {hangs: 'does not answer', gone: 'is gone'}

function choose(sessions: readonly FoundSession[], name: string | undefined): FoundSession | undefined {
  const names = sessions.map(({session}) => session.name).join(', ')
  if (name !== undefined) {
    const found = sessions.find(({session}) => session.name === name)
    if (!found) throw new UsageError(`no lab named ${name} is up; up are: ${names || 'none'}`)
    return found
  }
  if (sessions.length > 1) throw new UsageError(`several labs are up (${names}); choose one with --lab NAME`)
  return sessions[0]
}

function isArchive(file: string): boolean {
  return /\.(tar|tar\.gz|tgz)$/.test(file)
}

/* Before a minute of work, not after it. */
async function checkOutput(file: string): Promise<void> {
  if (isArchive(file)) return
  const names = await readdir(file).catch(cause => {
    if (cause.code === 'ENOENT') return []
    throw cause.code === 'ENOTDIR'
      ? new UsageError(
          `${file} is neither a folder nor an archive; name a folder, or a file like dump.tar or dump.tar.gz`,
        )
      : cannotWrite(file, cause)
  })
  if (names.length > 0) throw new UsageError(`the folder ${file} is not empty`)
}

async function write(file: string, {files}: Dump, now: Date): Promise<void> {
  if (!isArchive(file)) return writeFolder(file, files)
  const tar = printTar(
    files.map(({path, text}) => ({path: `podlab-dump/${path}`, text})),
    Math.floor(now.getTime() / 1000),
  )
  const sink = await openSink(file, {isText: false})
  try {
    await sink.write(file.endsWith('.tar') ? tar : await promisify(gzip)(tar))
  } finally {
    await sink.close()
  }
}

async function writeFolder(folder: string, files: Dump['files']): Promise<void> {
  try {
    await makeFolder(folder)
    for (const {path, text} of files) {
      await mkdir(join(folder, dirname(path)), {recursive: true})
      await writeFile(join(folder, path), text)
    }
  } catch (cause) {
    throw cannotWrite(folder, cause)
  }
}

/* Its parents must be there: Node's recursive mkdir never ends in a place like /proc. */
async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder).catch(error => {
    if (error.code !== 'EEXIST') throw error
  })
}

/* Some users have a number only. */
function userName(): string {
  try {
    return userInfo().username
  } catch {
    return ''
  }
}
