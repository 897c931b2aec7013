import test from 'ava'
import {exportLine} from '../../src/cli/kubeconfig.ts'

const lines = test.macro({
  exec: (t, kubeconfig: string, line: string) => t.is(exportLine({kubeconfig}), line),
  title: (_, kubeconfig) => `a shell reads back ${kubeconfig}`,
})

test(lines, '/run/podlab/kubia/kubeconfig', 'export KUBECONFIG=/run/podlab/kubia/kubeconfig')
test(lines, "/tmp/o'neill's labs/k", "export KUBECONFIG='/tmp/o'\\''neill'\\''s labs/k'")
test(lines, '/tmp/$(reboot)/k', "export KUBECONFIG='/tmp/$(reboot)/k'")
