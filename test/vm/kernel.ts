import {execFileSync} from 'node:child_process'
import test from 'ava'
import {inVm} from './_vm.ts'

/* What labs want of a kernel and some machines' lack. Run by podlab vm; elsewhere skipped. */
const {serial} = inVm(test)

for (const kind of ['dummy', 'vxlan', 'wireguard', 'ipip'])
  serial(`the machine's kernel makes links of the kind ${kind}`, t => {
    const made = kind === 'vxlan' ? 'vxlan id 1 dstport 8472' : kind === 'ipip' ? 'ipip local 10.0.0.1' : kind
    execFileSync('unshare', ['--net', 'sh', '-c', `ip link add try0 type ${made} && ip link show try0`])
    t.pass()
  })

serial('the machine has ip_vs, for a namespace of its own', t => {
  const said = execFileSync('unshare', ['--net', 'sh', '-c', 'ipvsadm -A -t 10.96.0.10:53 -s rr && ipvsadm -Sn'])
  t.is(String(said), '-A -t 10.96.0.10:53 -s rr\n')
})
