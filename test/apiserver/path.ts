import test from 'ava'
import {placeOf} from '../../src/apiserver/path.ts'

test('what a real cluster has and podlab has not is refused with what to do instead', t => {
  const path = 'apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers'.split('/')
  t.throws(() => placeOf(path), {
    name: 'ApiError',
    message:
      'podlab has no horizontalpodautoscalers: nothing in a lab measures load over time; kubectl scale sets the number of pods by hand',
  })
})

test('what nobody has is refused as a real server does', t => {
  for (const path of ['apis/apps/v1/ruins', 'api/v1/namespaces/default/ruins', 'api/v2/pods', 'api/v1/pods/web'])
    t.throws(() => placeOf(path.split('/')), {message: 'the server could not find the requested resource'}, path)
})
