import test from 'ava'
import {watchPath} from '../../src/apiserver/watch-path.ts'
import {podNamed, podsPath, testApi} from './_api.ts'

const means = test.macro({
  exec: (t, path: string, meant: string, query: string) => {
    const asked = watchPath(path.split('/'), new URLSearchParams('fieldSelector=status.phase%3DRunning'))
    t.is(asked.path.join('/'), meant)
    t.is(decodeURIComponent(asked.query.toString()), query)
  },
  title: (_, path) => `the old way ${path}`,
})

const running = 'fieldSelector=status.phase=Running'
test(means, 'api/v1/watch/pods', 'api/v1/pods', `${running}&watch=true`)
test(means, 'api/v1/watch/namespaces/a/pods', 'api/v1/namespaces/a/pods', `${running}&watch=true`)
test(means, 'api/v1/watch/namespaces/a/pods/b', 'api/v1/namespaces/a/pods', `${running},metadata.name=b&watch=true`)
test(means, 'apis/apps/v1/watch/deployments', 'apis/apps/v1/deployments', `${running}&watch=true`)
test(means, 'api/v1/watch/namespaces/a', 'api/v1/namespaces', `${running},metadata.name=a&watch=true`)
test(means, 'api/v1/namespaces/watch/pods', 'api/v1/namespaces/watch/pods', running)

test('a watch by its old path tells of the one that it names', async t => {
  const {ask} = testApi()
  for (const name of ['a', 'b']) await ask('POST', podsPath, {body: podNamed(name)})
  const {text} = await ask('GET', '/api/v1/watch/namespaces/default/pods/b?timeoutSeconds=1')
  t.regex(text, /^\{"type":"ADDED".*"name":"b"/)
  t.notRegex(text, /"name":"a"/)
})
