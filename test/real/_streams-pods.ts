import type {Fact} from './_streams.ts'

/** Streams of containers that were made for them: run, attach, debug. */
export function podFacts(fact: Fact): void {
  fact('run feeds its pod, tells what it printed, and ends with its exit code', async (t, {kubectl, word}) => {
    const pod = `typed-${word}`
    const line = `run -i --rm --quiet --restart=Never --image=busybox ${pod} -- sh -c "cat; exit 4"`
    const {code, stdout} = await kubectl(line, 'hello\n')
    t.regex(stdout, /hello\n/)
    t.is(code, 4)
  })

  fact(
    'debug starts a container beside one that runs, which sees its processes and its network',
    async (t, {kubectl, word}) => {
      const name = `dbg-${word}`
      const line = `debug web --image=busybox --target=main -c ${name} -- sh -c "ps; wget -qO- localhost:8080; exec sleep 999"`
      t.is((await kubectl(line)).code, 0)
      const state = `get pod web -o jsonpath={.status.ephemeralContainerStatuses[?(@.name=='${name}')].state}`
      const until = async (line: string, wanted: RegExp) => {
        for (let look = 0; look < 200; look++) {
          const {stdout} = await kubectl(line)
          if (wanted.test(stdout)) return stdout
        }
        return t.fail(`${line} never says ${wanted}`)
      }
      await until(state, /running/)
      await until(`logs web -c ${name}`, /^PID .*\n +1 \S+ +node app\.js\n[\s\S]*You've hit web\n$/)
      t.regex((await kubectl(`exec web -c ${name} -- ps`)).stdout, /1 \S+ +node app\.js/)
      t.is((await kubectl(`exec web -c ${name} -- killall sleep`)).code, 0)
      await until(state, /"exitCode":143/)
      t.regex((await kubectl('get pod web')).stdout, /1\/1 +Running +0/)
    },
    {
      minor: 23,
      reason: 'before 1.23 it writes the kind EphemeralContainers, which servers have had no more since 1.22',
    },
  )
}
