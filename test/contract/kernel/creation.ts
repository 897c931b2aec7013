import type {TestFn} from 'ava'
import {type Kernel, KernelError} from '../../../src/kernel/kernel.ts'
import {emptyNetns} from '../../../src/kernel/state.ts'
import {bridge, loopback} from './links.ts'

/** Namespaces come, go, and are told apart. */
export function creation(test: TestFn, kernel: Kernel): void {
  test('a new namespace holds loopback, down', async t => {
    await kernel.create('new')
    t.deepEqual(await kernel.observe('new'), {...emptyNetns, links: [{...loopback, up: false}]})
    t.deepEqual(await kernel.observeRules('new'), {backend: 'iptables', tables: {}})
  })

  test('a namespace cannot be made twice', async t => {
    await kernel.create('twice')
    await t.throwsAsync(kernel.create('twice'), {instanceOf: KernelError, code: 'netns-exists', message: /twice/})
  })

  test('a namespace that is removed can be made again', async t => {
    await kernel.create('again')
    await kernel.apply('again', [{op: 'addLink', link: bridge('br0')}])
    await kernel.remove('again')
    await t.throwsAsync(kernel.observe('again'), {code: 'no-such-netns'})
    await kernel.create('again')
    t.deepEqual((await kernel.observe('again')).links, [{...loopback, up: false}])
  })

  test('a namespace that nobody made cannot be removed, seen or changed', async t => {
    const unknown = {instanceOf: KernelError, code: 'no-such-netns', message: /nowhere/}
    await t.throwsAsync(kernel.remove('nowhere'), unknown)
    await t.throwsAsync(kernel.observe('nowhere'), unknown)
    await t.throwsAsync(kernel.observeRules('nowhere'), unknown)
    await t.throwsAsync(kernel.apply('nowhere', [{op: 'setLink', name: 'lo', set: {up: true}}]), unknown)
  })

  test('a name that leads out of its folder names no namespace', async t => {
    await t.throwsAsync(kernel.create('../x'), {instanceOf: KernelError})
    await t.throwsAsync(kernel.create(''), {instanceOf: KernelError})
  })
}
