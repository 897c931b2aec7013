import test from 'ava'
import {namesTried} from '../../../src/node/pods/names-tried.ts'
import {readResolvConf} from '../../../src/node/pods/resolv-conf.ts'

const inPod =
  'search default.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n'

const tries = test.macro({
  exec: (t, name: string, conf: string, expected: string) =>
    t.is(namesTried(name, readResolvConf(conf)).join(' '), expected),
  title: (_, name, conf, expected) => `${name} with ${JSON.stringify(conf)} is tried as ${expected}`,
})

const inDomains = 'kubia.default.svc.cluster.local. kubia.svc.cluster.local. kubia.cluster.local.'
test(tries, 'kubia', inPod, `${inDomains} kubia.`)
test(tries, 'kubia.', inPod, 'kubia.')
test(
  tries,
  'a.b.c.d.e',
  inPod,
  'a.b.c.d.e.default.svc.cluster.local. a.b.c.d.e.svc.cluster.local. a.b.c.d.e.cluster.local. a.b.c.d.e.',
)
test(
  tries,
  'a.b.c.d.e.f',
  inPod,
  'a.b.c.d.e.f. a.b.c.d.e.f.default.svc.cluster.local. a.b.c.d.e.f.svc.cluster.local. a.b.c.d.e.f.cluster.local.',
)
test(
  tries,
  'example.com',
  inPod.replace('ndots:5', 'ndots:1'),
  'example.com. example.com.default.svc.cluster.local. example.com.svc.cluster.local. example.com.cluster.local.',
)
test('without ndots one dot is enough', tries, 'a.b', 'search x.\n', 'a.b. a.b.x.')
test(tries, 'a', 'search x.\n', 'a.x. a.')
test(tries, 'a', '', 'a.')
test('the last of two options holds', tries, 'a.b', 'search x\noptions ndots:1 ndots:3\n', 'a.b.x. a.b.')
