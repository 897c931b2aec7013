import type {ChildProcess} from 'node:child_process'
import {request} from '../../src/net/http.ts'
import {eventually} from './_podlab.ts'
import type {Fact} from './_streams.ts'

/** What port-forward carries. */
export function forwardFacts(fact: Fact): void {
  fact('a port of a pod is reached by eight connections at once', async (t, {start}) => {
    const child = start(['port-forward', 'pod/web', ':8080'])
    try {
      const [port = 0] = await portsOf(child, 1)
      const answers = await Promise.all(Array.from({length: 8}, () => ask(port)))
      t.deepEqual(answers, Array<string>(8).fill("You've hit web\n"))
    } finally {
      child.kill()
    }
  })

  for (const target of ['svc/webs', 'deployment/webs', 'rs/webs'] as const)
    fact(`port-forward finds a pod behind ${target}`, async (t, {start, kubectl}) => {
      const replicaSet = (await kubectl('get rs -l app=webs -o name')).stdout.trim().split('/').at(-1)
      const [name, port] =
        target === 'svc/webs' ? [target, 'http'] : [target.replace(/^rs.*/, `rs/${replicaSet}`), '8080']
      const child = start(['port-forward', name, `:${port}`])
      try {
        const [local = 0] = await portsOf(child, 1)
        t.regex(await ask(local), /^You've hit webs-\w+-\w+\n$/)
      } finally {
        child.kill()
      }
    })

  fact('two ports go at once, and one where nobody listens does not hurt the other', async (t, {start, client}) => {
    const child = start(['port-forward', 'pod/web', ':8080', ':9999'])
    let said = ''
    child.stderr?.on('data', piece => {
      said += piece
    })
    try {
      const [open = 0, shut = 0] = await portsOf(child, 2)
      t.is(await ask(open), "You've hit web\n")
      await t.throwsAsync(ask(shut))
      await eventually('kubectl tells why', () => /connection refused/.test(said))
      // From 1.23 on kubectl ends when a connection cannot be made.
      if (client.minor < 23) t.is(await ask(open), "You've hit web\n")
    } finally {
      child.kill()
    }
  })
}

/* The ports on this machine, in the order of those in the pod, once kubectl has said them all. */
async function portsOf(child: ChildProcess, count: number): Promise<readonly number[]> {
  let said = ''
  child.stdout?.on('data', piece => {
    said += piece
  })
  return eventually('kubectl says its ports', () => {
    const ports = [...said.matchAll(/127\.0\.0\.1:(\d+) ->/g)].map(([, port]) => Number(port))
    return ports.length === count && ports
  })
}

function ask(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request({host: '127.0.0.1', port, path: '/', headers: {connection: 'close'}}, answer => {
      let text = ''
      answer.on('data', piece => {
        text += piece
      })
      answer.on('end', () => resolve(text))
      answer.on('error', reject)
    })
    sent.on('error', reject)
    sent.end()
  })
}
