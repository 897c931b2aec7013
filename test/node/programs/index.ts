import test from 'ava'
import {higherPrograms} from '../../../src/cluster/daemon/higher-programs.ts'
import type {Image} from '../../../src/images/image.ts'
import {images} from '../../../src/images/index.ts'
import {findProgram, programs} from '../../../src/node/programs/index.ts'

const context = {
  argv: [],
  hostname: 'web',
  environment: {},
  log: () => undefined,
  readFile: () => undefined,
  listFiles: () => [],
  inNetwork: <T>(act: () => T) => act(),
  exit: () => undefined,
}

test('every program that an image is played by is there', t => {
  const played = images.flatMap((image: Image) => Object.values(image.played ?? {}))
  t.true(played.length > 0)
  for (const name of played) t.notThrows(() => findProgram(name, higherPrograms), name)
})

test('a program that is not there is a bug, named', t => {
  t.throws(() => findProgram('toString'), {message: 'no program toString in node/programs'})
})

test('nothing listens to nothing, and can be ended', t => {
  const {sockets, close} = programs.nothing(context)
  t.deepEqual(sockets, [])
  t.notThrows(close)
})
