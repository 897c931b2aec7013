import test from 'ava'
import {filled, refused, unchangeable} from './_rules.ts'

const config = 'apiVersion: v1, kind: ConfigMap, metadata: {name: a}'
const secret = 'apiVersion: v1, kind: Secret, metadata: {name: a}'

test(refused, `{${config}, data: {a.b: x, C_d-e: y}, binaryData: {f: AAE=}, immutable: true}`)
test(
  refused,
  `{${config}, data: {"a b": x}}`,
  "data[a b]: Invalid value: \"a b\": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
)
test(refused, `{${config}, data: {..a: x}}`, 'data[..a]: Invalid value: "..a": must not start with \'..\'')
test(
  refused,
  `{${config}, data: {a: x}, binaryData: {a: AAE=}}`,
  'data[a]: Invalid value: "a": duplicate of key present in binaryData',
)
test(refused, `{${config}, binaryData: {a: A!}}`, 'binaryData[a]: illegal base64 data at input byte 1')
test(refused, `{${config}, data: {a: 1}}`, 'data.a: expected a string, not the number 1; quote it: "1"')
test('more than a mebibyte is too long', t => {
  refused.exec(
    t,
    `{${config}, data: {a: ${'x'.repeat(1024 * 1024 + 1)}}}`,
    '[]: Too long: may not be more than 1048576 bytes',
  )
  refused.exec(t, `{${config}, data: {a: ${'x'.repeat(1024 * 1024)}}}`)
})

test(filled, `{${secret}, stringData: {user: admin}, data: {user: eA==, b: eQ==}}`, {
  type: 'Opaque',
  data: {user: 'YWRtaW4=', b: 'eQ=='},
})
test(refused, `{${secret}, data: {a: hello}}`, 'data[a]: illegal base64 data at input byte 4')
test(refused, `{${secret}, type: kubernetes.io/tls, stringData: {tls.crt: x}}`, 'data[tls.key]: Required value')
test(
  refused,
  `{${secret}, type: kubernetes.io/basic-auth}`,
  'data[username]: Required value',
  'data[password]: Required value',
)
test(refused, `{${secret}, type: kubernetes.io/basic-auth, stringData: {password: x}}`)
test(refused, `{${secret}, type: kubernetes.io/ssh-auth}`, 'data[ssh-privatekey]: Required value')
test(refused, `{${secret}, type: kubernetes.io/dockerconfigjson}`, 'data[.dockerconfigjson]: Required value')
test(
  refused,
  `{${secret}, type: kubernetes.io/dockerconfigjson, stringData: {.dockerconfigjson: no}}`,
  'data[.dockerconfigjson]: Invalid value: "<secret contents redacted>": invalid character \'n\' looking for beginning of value',
)
test(
  refused,
  `{${secret}, type: kubernetes.io/service-account-token}`,
  'metadata.annotations[kubernetes.io/service-account.name]: Required value',
)

test(
  unchangeable,
  `{${config}, data: {a: x}, immutable: true}`,
  `{${config}, data: {a: z}}`,
  'immutable: Forbidden: field is immutable when `immutable` is set',
  'data: Forbidden: field is immutable when `immutable` is set',
)
test(unchangeable, `{${config}, data: {a: x}}`, `{${config}, data: {a: z}, immutable: true}`)
test(
  unchangeable,
  `{${secret}}`,
  `{${secret}, type: example.com/own}`,
  'type: Invalid value: "example.com/own": field is immutable',
)
test(
  unchangeable,
  `{${secret}, immutable: true}`,
  `{${secret}, immutable: true, stringData: {a: b}}`,
  'data: Forbidden: field is immutable when `immutable` is set',
)
