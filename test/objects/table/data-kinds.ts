import test from 'ava'
import {prints, sample} from './_prints.ts'

test(
  prints,
  sample('ConfigMap', 'settings', {data: {a: '1'}, binaryData: {b: 'AAE='}}),
  {},
  `
NAME       DATA   AGE
settings   2      2m10s
`,
)
test(
  prints,
  sample('Secret', 'keys', {type: 'kubernetes.io/tls', data: {'tls.crt': '', 'tls.key': ''}}),
  {},
  `
NAME   TYPE                DATA   AGE
keys   kubernetes.io/tls   2      2m10s
`,
)
test(
  prints,
  sample('ServiceAccount', 'default', {}),
  {},
  `
NAME      SECRETS   AGE
default   0         2m10s
`,
)
