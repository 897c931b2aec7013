import {spawnSync} from 'node:child_process'
import test from 'ava'
import fc from 'fast-check'
import {cpioArchive} from '../../../src/cluster/vm/cpio.ts'
import {insertionOrder} from '../../../src/cluster/vm/modules.ts'

test('busybox unpacks what cpioArchive has packed', t => {
  const archive = cpioArchive([
    {name: 'bin', mode: 0o755},
    {name: 'bin/hello', mode: 0o755, bytes: Buffer.from('#!/bin/sh\n')},
    {name: 'odd', mode: 0o600, bytes: Buffer.from('abcde')},
  ])
  const {stdout, status} = spawnSync('busybox', ['cpio', '-itv'], {input: archive, encoding: 'utf8'})
  t.is(status, 0)
  const told = stdout.split('\n').flatMap(line => {
    const [mode = '', , size = '', ...rest] = line.trim().split(/\s+/)
    return mode === '' ? [] : [`${mode} ${size} ${rest.at(-1)}`]
  })
  t.deepEqual(told.slice(0, 3), ['drwxr-xr-x 0 bin', '-rwxr-xr-x 10 bin/hello', '-rw------- 5 odd'])
})

test('members of an archive begin at multiples of four, whatever their names and sizes are', t => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.stringMatching(/^[a-z]{1,9}$/), fc.uint8Array({maxLength: 40}))), files => {
      const archive = cpioArchive(files.map(([name, bytes]) => ({name, mode: 0o644, bytes})))
      const magics = [...archive.toString('latin1').matchAll(/070701/g)].filter(({index}) => index % 4 === 0)
      t.true(magics.length >= files.length + 1)
      t.is(archive.length % 4, 0)
    }),
  )
})

const modulesDep = `kernel/net/9p/9pnet.ko: kernel/fs/netfs.ko
kernel/fs/9p/9p.ko.xz: kernel/net/9p/9pnet.ko kernel/fs/netfs.ko
kernel/fs/netfs.ko:
kernel/drivers/char/hw_random/virtio-rng.ko:
`

test('a module is inserted after all that it needs, each once', t => {
  t.deepEqual(insertionOrder(['9pnet', '9p'], modulesDep), [
    'kernel/fs/netfs.ko',
    'kernel/net/9p/9pnet.ko',
    'kernel/fs/9p/9p.ko.xz',
  ])
})

test('virtio_rng is found in virtio-rng.ko, and a module of the kernel itself nowhere', t => {
  t.deepEqual(insertionOrder(['virtio_pci', 'virtio_rng'], modulesDep), ['kernel/drivers/char/hw_random/virtio-rng.ko'])
})
