import test from 'ava'
import {vm, whyNoMachine} from './_machine.ts'

const why = await whyNoMachine()

if (why === undefined)
  test('in ipvs mode one endpoint takes three programs among any number of Services, and what a hand empties is seen', async t => {
    t.timeout(900_000)
    const inside = ['node', '--no-warnings', 'test/vm/_one-endpoint.ts', '150']
    const {code, stdout, stderr} = await vm('--timeout', '800', '--', ...inside).ended
    t.is(code, 0, stdout + stderr)
    t.deepEqual(JSON.parse(stdout), {
      forOne: [
        'ipvsadm -R: -e -t 10.96.0.3:80 -r 172.17.13.2:8080 -m -w 0',
        'ipvsadm -Ln -t 10.96.0.3:80',
        'ipvsadm -R: -d -t 10.96.0.3:80 -r 172.17.13.2:8080',
      ],
      isFlushedByItself: false,
      undone: {
        'ipvsadm -C': [true, true],
        'ipset flush': [true, true],
        'ip address delete 10.96.0.3/32 dev kube-ipvs0': [true, true],
        'ip link delete kube-ipvs0': [true, true],
      },
    })
  })
else test.skip(`one endpoint in ipvs mode, in a machine with Debian's kernel: ${why}`, () => undefined)
