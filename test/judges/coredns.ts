import {Resolver} from 'node:dns/promises'
import {once} from 'node:events'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {setTimeout as pause} from 'node:timers/promises'
import test from 'ava'
import {rootAccount, startProgram} from '../real/_podlab.ts'
import {judgedLab} from './_lab.ts'
import {freePort} from './_ports.ts'
import {missing, programNamed} from './_programs.ts'

const account = rootAccount()
const coredns = programNamed('coredns')

if ('refused' in account) test.skip(`a real CoreDNS: ${account.refused}`, () => undefined)
else if (coredns === undefined) test.skip(`a real CoreDNS: ${missing('coredns')}`, () => undefined)
else
  test("a real CoreDNS answers for a lab's Services, from podlab's API", async t => {
    const lab = await judgedLab(account, 'coredns')
    t.teardown(lab.down)
    const port = await freePort()
    const corefile = join(lab.place.folder, 'Corefile')
    writeFileSync(
      corefile,
      `.:${port} {
        bind 127.0.0.1
        kubernetes cluster.local in-addr.arpa {
          kubeconfig ${lab.kubeconfig}
          ttl 0
        }
      }\n`,
    )
    const server = startProgram([coredns, '-conf', corefile], {
      cwd: lab.place.folder,
      environment: lab.place.environment,
    })
    t.teardown(async () => {
      server.child.kill('SIGKILL')
      await once(server.child, 'close').catch(() => undefined)
    })
    const resolver = new Resolver({timeout: 500, tries: 1})
    resolver.setServers([`127.0.0.1:${port}`])
    /** Asks until the answer is there: a DNS server tells nobody what it has learnt. */
    const answer = async <T>(what: string, ask: () => Promise<T>, good: (said: T) => boolean): Promise<T> => {
      const deadline = performance.now() + 20_000
      while (performance.now() < deadline) {
        const said = await ask().catch(() => undefined)
        if (said !== undefined && good(said)) return said
        await pause(20)
      }
      throw new Error(`${what}: no such answer; CoreDNS said: ${server.said()}`)
    }
    const there = (said: readonly unknown[]) => said.length > 0

    const name = 'kubia.default.svc.cluster.local'
    t.deepEqual(await answer('A', () => resolver.resolve4(name), there), ['10.96.77.7'])
    t.deepEqual(await resolver.reverse('10.96.77.7'), [name])
    t.like(await resolver.resolveSrv(`_http._tcp.${name}`), [{name, port: 80}])

    const {subsets} = (await lab.send('GET', '/api/v1/namespaces/default/endpoints/kubia')) as {
      subsets: readonly {addresses: readonly {ip: string}[]}[]
    }
    const pods = subsets.flatMap(({addresses}) => addresses.map(({ip}) => ip)).toSorted()
    t.is(pods.length, 2)
    const bare = await answer(
      'A',
      () => resolver.resolve4('bare.default.svc.cluster.local'),
      ({length}) => length === 2,
    )
    t.deepEqual(bare.toSorted(), pods, 'a headless Service is its pods')

    await t.throwsAsync(resolver.resolve4('late.default.svc.cluster.local'), {code: 'ENOTFOUND'})
    const late = {metadata: {name: 'late'}, spec: {clusterIP: '10.96.77.8', ports: [{port: 80}]}}
    await lab.send('POST', '/api/v1/namespaces/default/services', late)
    const learnt = await answer('A', () => resolver.resolve4('late.default.svc.cluster.local'), there)
    t.deepEqual(learnt, ['10.96.77.8'], 'it watches')
  })
