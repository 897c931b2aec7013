import test from 'ava'
import {canOpenTun} from '../../src/cluster/tun.ts'
import {overlaySuite} from './_overlay.ts'
import {startSandbox} from './_sandbox.ts'

if (canOpenTun(process.env)) overlaySuite(test, await startSandbox('_overlay-host.ts'), {standIn: false})
else test.skip('overlays over a TUN device: this user may not open /dev/net/tun', () => undefined)
