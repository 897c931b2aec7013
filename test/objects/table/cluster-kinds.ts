import test from 'ava'
import {sampleNamespace, sampleNode} from '../_samples.ts'
import {prints, type Sample, sample} from './_prints.ts'

test(
  prints,
  sampleNode('master', {unschedulable: true}),
  {},
  `
NAME     STATUS                       ROLES    AGE     VERSION
master   Unknown,SchedulingDisabled   <none>   2m10s   
`,
)
test(
  prints,
  {...sampleNamespace('default'), status: {phase: 'Active'}} as Sample,
  {},
  `
NAME      STATUS   AGE
default   Active   2m10s
`,
)

test(
  prints,
  sample('Lease', 'node1', {spec: {holderIdentity: 'node1'}}),
  {},
  `
NAME    HOLDER   AGE
node1   node1    2m10s
`,
)
