import {once} from 'node:events'
import {eventually} from './_podlab.ts'
import type {Fact} from './_streams.ts'

/** What kubectl logs shows. */
export function logFacts(fact: Fact): void {
  fact('logs tell all, the end, a number of bytes, and when', async (t, {kubectl}) => {
    t.is((await kubectl('logs shell')).stdout, 'one\ntwo\nthree\n')
    t.is((await kubectl('logs shell --tail=1')).stdout, 'three\n')
    t.is((await kubectl('logs shell --limit-bytes=5')).stdout, 'one\nt')
    t.is((await kubectl('logs done -f')).stdout, 'bye\n')
    t.regex(
      (await kubectl('logs shell --timestamps --tail=1')).stdout,
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z three\n$/,
    )
  })

  fact('logs of the life before, of several containers and pods', async (t, {kubectl}) => {
    t.is((await kubectl('logs phoenix --previous')).stdout, 'first life\n')
    t.is((await kubectl('logs phoenix')).stdout, 'second life\n')
    // Which comes first is not for sure: kubectl asks for all at once.
    const sorted = async (line: string) => (await kubectl(line)).stdout.trimEnd().split('\n').sort()
    t.deepEqual(await sorted('logs pair --all-containers'), ['from a', 'from b'])
    t.is((await kubectl('logs -l app=pair -c b')).stdout, 'from b\n')
    t.deepEqual(await sorted('logs -l app=pair --all-containers --prefix'), [
      '[pod/pair/a] from a',
      '[pod/pair/b] from b',
    ])
  })

  fact('logs since some time leave out what was before', async (t, {kubectl}) => {
    const [time = ''] = (await kubectl('logs shell --timestamps --tail=1')).stdout.split(' ')
    t.is((await kubectl(`logs shell --since-time=${time}`)).stdout, 'one\ntwo\nthree\n')
    t.is((await kubectl('logs shell --since-time=2099-01-01T00:00:00Z')).stdout, '')
    t.is((await kubectl('logs shell --since=1h')).stdout, 'one\ntwo\nthree\n')
  })

  fact('logs -f tell a line when it is printed, and end with the container', async (t, {kubectl, start, word}) => {
    const pod = `reader-${word}`
    t.is(
      (await kubectl(`run ${pod} --image=busybox --restart=Never -i --attach=false -- sh -c "echo ready; cat"`)).code,
      0,
    )
    while (!(await kubectl(`get pod ${pod}`)).stdout.includes('Running'));
    const child = start(['logs', '-f', pod])
    const over = once(child, 'close')
    let said = ''
    child.stdout?.on('data', piece => {
      said += piece
    })
    await eventually('what was printed before is told', () => said === 'ready\n')
    await kubectl(`exec ${pod} -- sh -c "echo now > /proc/1/fd/1"`)
    await eventually('what is printed now is told', () => said === 'ready\nnow\n')
    t.is((await kubectl(`delete pod ${pod} --now`)).code, 0)
    t.deepEqual(await over, [0, null])
  })

  fact('logs of what is not there are refused in the words of Kubernetes', async (t, {kubectl}) => {
    t.regex((await kubectl('logs pair -c foo')).stderr, /container foo is not valid for pod pair/)
    t.regex((await kubectl('logs nobody')).stderr, /from server \(NotFound\): pods "nobody" not found/)
    t.is(
      (await kubectl('logs shell --previous')).stderr,
      'Error from server (BadRequest): previous terminated container "main" in pod "shell" not found\n',
    )
    t.regex((await kubectl('logs shell --since-time=yesterday')).stderr, /yesterday/)
  })
}
