import test from 'ava'
import {overlayBackends} from '../../../src/node/overlay/index.ts'
import {overlayContract} from '../../contract/overlay.ts'

for (const [name, backend] of Object.entries(overlayBackends))
  for (const [fact, holds] of Object.entries(overlayContract)) test(`${name} ${fact}`, holds, backend)
