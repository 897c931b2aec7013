import test from 'ava'
import {type Sandbox, startRootlessSandbox, startSandbox} from './_sandbox.ts'

const sandboxes: Readonly<Record<string, Sandbox>> = {
  'whoever runs the tests': await startSandbox('_userspace-thread-host.ts'),
  'an ordinary user': await startRootlessSandbox('_userspace-thread-host.ts'),
}
const ports = [
  ['tcp', 30_080],
  ['udp', 30_053],
] as const

for (const [who, sandbox] of Object.entries(sandboxes)) {
  if ('refused' in sandbox) {
    test.skip(`the proxy's thread, for ${who}: ${sandbox.refused}`, () => undefined)
    continue
  }
  const {ask, stop} = sandbox
  test.after.always(stop)
  const sockets = async () => [...new Set((await ask('sockets')) as string[])].sort()

  for (const [protocol, nodePort] of ports)
    test.serial(
      `${who}, ${protocol}: when the proxy's thread breaks, nothing stays open, and another takes its place`,
      async t => {
        const opened = {ports: [[`default/${protocol}`, 45_000]], refused: []}
        t.deepEqual(await ask('open', protocol, nodePort), opened)
        t.deepEqual(await sockets(), [`:${nodePort}`, ':45000'])
        t.regex(String(await ask('break')), /broken by a test/)
        t.deepEqual(await sockets(), [])
        t.deepEqual(await ask('open', protocol, nodePort), opened, 'the node port is free again')
        await ask('stop')
        t.deepEqual(await sockets(), [])
      },
    )
}
