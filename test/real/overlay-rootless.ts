import test from 'ava'
import {overlaySuite} from './_overlay.ts'
import {startRootlessSandbox} from './_sandbox.ts'

overlaySuite(test, await startRootlessSandbox('_overlay-host.ts'), {standIn: true})
