import {once} from 'node:events'
import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import type {TestFn} from 'ava'
import {eventually, sessionFolder} from './_podlab.ts'
import type {Desk} from './_streams.ts'

/** What streams leave behind: nothing, whoever vanishes. The last of these ends the lab's daemon. */
export function residueTests(test: TestFn, {desk, lab, title}: {desk: Desk; lab: string; title: string}): void {
  const pid = () =>
    (JSON.parse(readFileSync(join(sessionFolder(desk.place, lab), 'state.json'), 'utf8')) as {pid: number}).pid
  const held = () => ({
    descriptors: readdirSync(`/proc/${pid()}/fd`).length,
    processes: below(pid()).filter(isAlive).length,
  })

  /* Each of the ways in which a stream is held open, running. */
  const open = async () => {
    const streams = [
      ['exec', '-i', 'shell', '--', 'cat'],
      ['exec', 'shell', '--', 'sh', '-c', 'yes'],
      ['exec', '-i', 'shell', '--', 'sh', '-c', 'sleep 1000 & cat'],
      ['logs', '-f', 'shell'],
      ['attach', 'web'],
      ['port-forward', 'pod/web', ':8080'],
      ['get', 'pods', '-w'],
    ].map(words => desk.start(words))
    // A stopped client takes nothing any more: what is sent to it piles up in the kernel, and then in the pipe of its program.
    streams[1]?.kill('SIGSTOP')
    return streams
  }

  test.serial(`${title}: clients that are killed in every kind of stream leave nothing in the lab`, async t => {
    t.timeout(120_000)
    await desk.kubectl('exec shell -- true')
    const before = await settled(held)
    for (let round = 0; round < 3; round++) {
      const streams = await open()
      await eventually('they are connected', () => held().processes > before.processes + 2)
      for (const stream of streams) {
        stream.kill('SIGKILL')
        await once(stream, 'close')
      }
    }
    await eventually('all of it has gone', () => {
      const {descriptors, processes} = held()
      return descriptors <= before.descriptors + 2 && processes <= before.processes
    })
    t.is((await desk.kubectl('exec shell -- echo well')).stdout, 'well\n')
  })

  test.serial(`${title}: a daemon that is killed cuts every stream, and leaves nothing`, async t => {
    t.timeout(120_000)
    const streams = await open()
    const overs = streams.map(stream => once(stream, 'close'))
    await eventually('they run', () => below(pid()).length > 0)
    const processes = [pid(), ...below(pid())]
    streams[1]?.kill('SIGCONT')
    process.kill(pid(), 'SIGKILL')
    await eventually('nothing of the lab runs', () => processes.every(one => !isAlive(one)))
    streams.at(-1)?.kill() // a watch that is cut is begun again and again
    streams.at(-2)?.kill() // and port-forward waits for connections
    await Promise.all(overs)
    t.pass()
  })
}

/* Once it says the same a few times. */
async function settled<T>(look: () => T): Promise<T> {
  let [last, times] = ['', 0]
  return eventually('it is quiet', () => {
    const seen = look()
    times = JSON.stringify(seen) === last ? times + 1 : 0
    last = JSON.stringify(seen)
    return times > 50 && seen
  })
}

function below(pid: number): readonly number[] {
  try {
    const tasks = readdirSync(`/proc/${pid}/task`)
    const children = tasks.flatMap(task =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    )
    return children.flatMap(child => [child, ...below(child)])
  } catch {
    return [] // it has ended meanwhile
  }
}

/* One that has ended stays a zombie while its parent takes no notice, such as a container's first process that is none to do so. */
function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}
