import {once} from 'node:events'
import {eventually} from './_podlab.ts'
import type {Desk, Fact} from './_streams.ts'

/** What attach carries: the input and output of a container's first process. */
export function attachFacts(fact: Fact): void {
  fact('attach joins a container that reads, and leaving it harms nobody', async (t, desk) => {
    const {kubectl, word} = desk
    const pod = `reads-${word}`
    await running(
      desk,
      `run ${pod} --image=busybox --restart=Never -i --attach=false -- sh -c "while read l; do echo got $l; done"`,
      pod,
    )
    for (const line of ['one', 'two']) {
      const child = desk.start(['attach', '-i', pod])
      const over = once(child, 'close')
      let said = ''
      child.stdout?.on('data', piece => {
        said += piece
      })
      // Whoever attaches hears only what is printed from then on: it is said until it is heard.
      await eventually(`${line} comes back`, () => {
        if (!said.includes(`got ${line}`)) child.stdin?.write(`${line}\n`)
        return said.includes(`got ${line}`)
      })
      child.kill('SIGKILL')
      await over
    }
    t.regex((await kubectl(`get pod ${pod}`)).stdout, /1\/1 +Running +0/)
    t.regex((await kubectl(`logs ${pod}`)).stdout, /^(got one\n)+(got two\n)+$/)
    t.is((await kubectl(`delete pod ${pod} --now`)).code, 0)
  })

  fact('attach to a terminal shows the size, and its keys end the program', async (t, desk) => {
    const {client, word} = desk
    const pod = `term-${word}`
    await running(desk, `run ${pod} --image=busybox --restart=Never -i -t --attach=false -- sh`, pod)
    const line = `stty cols 77 rows 33; exec ${client.path} attach -it ${pod}`
    const child = desk.start(['-qefc', line, '/dev/null'], 'script')
    const over = once(child, 'close')
    let said = ''
    child.stdout?.on('data', piece => {
      said += piece
    })
    await eventually('the terminal has the size of the one before it', () => {
      if (!said.includes('33 77')) child.stdin?.write('stty size\n')
      return said.includes('33 77')
    })
    child.stdin?.write('exit 6\n')
    await over
    const code = `get pod ${pod} -o jsonpath={.status.containerStatuses[0].state.terminated.exitCode}`
    for (let look = 0; look < 100 && (await desk.kubectl(code)).stdout !== '6'; look++);
    t.is((await desk.kubectl(code)).stdout, '6')
    t.is((await desk.kubectl(`delete pod ${pod}`)).code, 0)
  })

  fact('attach to what has ended, and to what is not there, is refused', async (t, {kubectl}) => {
    t.regex(
      (await kubectl('attach done')).stderr,
      /cannot attach a container in a completed pod; current phase is Succeeded/,
    )
    t.regex((await kubectl('attach nobody')).stderr, /pods "nobody" not found/)
    t.regex(
      (await kubectl('attach pair -c foo')).stderr,
      /container (foo (is not valid for|not found in) pod pair|not found \(foo\))/,
    )
  })
}

async function running({kubectl}: Desk, line: string, pod: string): Promise<void> {
  await kubectl(line)
  for (let look = 0; look < 100; look++) if ((await kubectl(`get pod ${pod}`)).stdout.includes('Running')) return
  throw new Error(`${pod} does not run`)
}
