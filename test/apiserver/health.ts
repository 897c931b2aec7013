import test from 'ava'
import {testApi} from './_api.ts'

const says = test.macro({
  exec: async (t, path: string, status: number, text: string) => {
    const answer = await testApi().ask('GET', path, {user: undefined})
    t.deepEqual([answer.status, answer.text], [status, text])
  },
  title: (_, path) => `the health at ${path}`,
})

test(says, '/healthz', 200, 'ok')
test(says, '/livez/ping', 200, 'ok')
test(says, '/readyz/shutdown', 200, 'ok')
test(says, '/livez?verbose', 200, '[+]ping ok\n[+]log ok\n[+]store ok\nlivez check passed\n')
test(says, '/livez?verbose&exclude=log', 200, '[+]ping ok\n[+]log excluded: ok\n[+]store ok\nlivez check passed\n')
test(
  says,
  '/livez?verbose&exclude=etcd',
  200,
  '[+]ping ok\n[+]log ok\n[+]store ok\nwarn: some health checks cannot be excluded: no matches for "etcd"\nlivez check passed\n',
)

test('a part that there is not, and a change of health, are refused', async t => {
  const {ask} = testApi()
  t.is((await ask('GET', '/livez/etcd')).status, 404)
  t.is((await ask('POST', '/livez')).status, 405)
})

test('the root names every path that leads on', async t => {
  const {ask} = testApi()
  const {body} = await ask('GET', '/')
  for (const path of body.paths) t.is((await ask('GET', path)).status, 200, path)
  t.true(body.paths.includes('/apis/apps/v1'))
})
