import test from 'ava'
import {ask, testServer} from './_ask.ts'

const kubia = 'kubia.default.svc.cluster.local'

test('a changed Corefile takes effect; a wrong one changes nothing, and the log says where', async t => {
  const lines: string[] = []
  const server = testServer({
    corefile: '. {\n kubernetes cluster.local {\n  ttl 30\n }\n}',
    log: line => lines.push(line),
  })
  const wanted = {name: `${kubia}.`, type: 'A'}
  t.is((await ask(server, wanted)).answers[0]?.ttl, 30)
  t.is(server.reload('. {\n kubernetes cluster.local {\n  ttl 7\n }\n}'), undefined)
  t.deepEqual(lines.slice(-2), ['[INFO] Reloading', '[INFO] Reloading complete'])
  t.is((await ask(server, wanted)).answers[0]?.ttl, 7)
  t.is(server.reload('. {\n kubernetes cluster.local {\n  tll 9\n }\n}')?.line, 3)
  t.is((await ask(server, wanted)).answers[0]?.ttl, 7)
  t.is(
    lines.at(-2),
    "[ERROR] Restart failed: plugin/kubernetes: Corefile:3 - Error during parsing: unknown property 'tll'",
  )
  t.is(
    lines.at(-1),
    "[ERROR] plugin/reload: Corefile changed but reload failed: starting with listener file descriptors: plugin/kubernetes: Corefile:3 - Error during parsing: unknown property 'tll'",
  )
})
