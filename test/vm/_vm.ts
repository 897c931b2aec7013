import {spawnSync} from 'node:child_process'
import type {TestFn} from 'ava'

/** Why these suites cannot run here; undefined where they can. Found out by doing it. */
export const whyNotHere: string | undefined = (() => {
  const script = 'ip link add kube-ipvs0 type dummy && ipvsadm -A -t 10.96.0.10:53 -s rr'
  const {status, stderr} = spawnSync('unshare', ['--net', 'sh', '-c', script], {encoding: 'utf8'})
  return status === 0 ? undefined : `${stderr.trim().split('\n')[0]}; npm run test:vm runs it in a machine that can`
})()

/** ava's `test` where the kernel has ip_vs and we are root; elsewhere every test is skipped, with the reason. */
export function inVm(test: TestFn): Pick<TestFn, 'serial'> & {readonly after: TestFn['after']} {
  if (whyNotHere === undefined) return test
  const serial = ((title: string) =>
    test.skip(`${title}: ${whyNotHere}`, () => undefined)) as unknown as TestFn['serial']
  return {serial, after: test.after}
}
