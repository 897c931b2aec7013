import test from 'ava'
import {ask, printAnswer, testServer} from '../_ask.ts'

const rewritten = test.macro({
  exec: async (t, rule: string, name: string, expected: string) => {
    const corefile = `. {\n rewrite ${rule}\n kubernetes cluster.local {\n  ttl 30\n }\n}`
    const server = testServer({corefile})
    const said = await ask(server, {name, type: 'A'})
    t.is(said.question?.name, name, 'the client finds its own question')
    t.is(printAnswer(said).replace(/\n! .*/s, ''), expected)
  },
  title: (_, rule: string, name: string) => `rewrite ${rule}: ${name}`,
})

const kubia = 'kubia.default.svc.cluster.local'
test(rewritten, `name web.example.com ${kubia}`, 'web.example.com.', 'web.example.com. 30 IN A 10.96.77.7')
test(rewritten, `name exact web.example.com ${kubia}`, 'WEB.example.com.', 'web.example.com. 30 IN A 10.96.77.7')
test(rewritten, `name exact web.example.com ${kubia}`, `${kubia}.`, `${kubia}. 30 IN A 10.96.77.7`)
test(
  rewritten,
  'name suffix .corp.example.com .svc.cluster.local',
  'kubia.default.corp.example.com.',
  `${kubia}. 30 IN A 10.96.77.7`,
)
test(
  rewritten,
  'name suffix .corp.example.com .svc.cluster.local answer auto',
  'kubia.default.corp.example.com.',
  'kubia.default.corp.example.com. 30 IN A 10.96.77.7',
)
test(
  rewritten,
  'name prefix old- ku answer auto',
  'old-bia.default.svc.cluster.local.',
  'old-bia.default.svc.cluster.local. 30 IN A 10.96.77.7',
)
test(
  rewritten,
  'name substring .corp. .svc. answer auto',
  'kubia.default.corp.cluster.local.',
  'kubia.default.corp.cluster.local. 30 IN A 10.96.77.7',
)
test(
  rewritten,
  'name regex (.*)-in-(.*)\\.example\\.com {1}.{2}.svc.cluster.local',
  'kubia-in-default.example.com.',
  `${kubia}. 30 IN A 10.96.77.7`,
)
test(
  rewritten,
  'stop {\n name regex (.*)-in-(.*)\\.example\\.com {1}.{2}.svc.cluster.local\n answer name (.*)\\.(.*)\\.svc\\.cluster\\.local {1}-in-{2}.example.com\n }',
  'kubia-in-default.example.com.',
  'kubia-in-default.example.com. 30 IN A 10.96.77.7',
)
test(
  rewritten,
  `continue name one.example.com two.example.com\n rewrite name two.example.com ${kubia}`,
  'one.example.com.',
  'one.example.com. 30 IN A 10.96.77.7',
)
test(rewritten, 'type AAAA A', `${kubia}.`, `${kubia}. 30 IN A 10.96.77.7`)
test(rewritten, 'name regex .* a..b', 'x.', 'SERVFAIL')
