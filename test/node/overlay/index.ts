import test from 'ava'
import {overlayBackends, overlayNamed} from '../../../src/node/overlay/index.ts'
import {PlanError} from '../../../src/node/plan-error.ts'
import {overlayContract} from '../../contract/overlay.ts'

for (const [name, backend] of Object.entries(overlayBackends))
  for (const [fact, holds] of Object.entries(overlayContract)) test(`${name} ${fact}`, holds, backend)

test('an overlay that there is none of is refused with those that there are', t => {
  t.is(
    t.throws(() => overlayNamed('ipip'), {instanceOf: PlanError}).message,
    `podlab has no overlay ipip; it has ${Object.keys(overlayBackends).join(', ')}`,
  )
  t.throws(() => overlayNamed('toString'), {instanceOf: PlanError})
})
