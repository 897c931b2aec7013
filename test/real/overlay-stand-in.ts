import test from 'ava'
import {overlaySuite} from './_overlay.ts'
import {startSandbox} from './_sandbox.ts'

overlaySuite(test, await startSandbox('_overlay-host.ts'), {standIn: true})
