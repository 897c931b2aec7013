import test from 'ava'
import {redact, redactValue} from '../../../src/cluster/dump/redact.ts'

const owner = {host: 'lenas-laptop', user: 'lena', home: '/home/lena'}

const becomes = test.macro({
  exec: (t, text: string, clean: string) => t.is(redact(text, owner), clean),
  title: (_, text: string) => `${JSON.stringify(text.slice(0, 60))} is made clean`,
})

test(becomes, 'nothing to hide', 'nothing to hide')
test(becomes, '/home/lena/labs/kubia', '~/labs/kubia')
test(becomes, 'lena@lenas-laptop:~$', '(user)@(host):~$')
test(becomes, 'helena and lenas are others', 'helena and lenas are others')
test(becomes, 'pod-lena-7', 'pod-lena-7')
test(becomes, 'psql --password=hunter2 -h db', 'psql --password=(left out) -h db')
test(becomes, 'DB_PASSWORD: "a b"', 'DB_PASSWORD: (left out)')
test(becomes, '"token": "eyJhbGciOi"', '"token": (left out)')
test(becomes, 'client-key-data: LS0tLS1CRUdJTg==', 'client-key-data: (left out)')
test(becomes, 'Authorization: Bearer abc.def', 'Authorization: Bearer (left out)')
test(becomes, 'curl -H "bearer 0123456789abcdef0"', 'curl -H "bearer (left out)"')
test(becomes, 'postgres://app:hunter2@db:5432', 'postgres://app:(left out)@db:5432')
test(becomes, 'AWS_SECRET_ACCESS_KEY=abc/def', 'AWS_SECRET_ACCESS_KEY=(left out)')
test(becomes, 'a\n-----BEGIN EC PRIVATE KEY-----\nabc\n-----END EC PRIVATE KEY-----\nb', 'a\n(left out)\nb')
test(becomes, '-----BEGIN PRIVATE KEY-----\ncut off', '(left out)')
test(becomes, '-----BEGIN CERTIFICATE-----\nabc', '-----BEGIN CERTIFICATE-----\nabc')

test('root, and a host called like a node, are no secrets', t => {
  const text = 'root runs node and master; /root/x'
  t.is(redact(text, {host: 'master', user: 'root', home: '/root'}), text)
})

test('letters that mean something to a regular expression are letters', t => {
  t.is(redact('a.b+c (x', {host: 'a.b+c', user: '(x', home: '/'}), '(host) (x')
})

test('a Secret keeps its keys, and an environment its harmless values', t => {
  const items = [
    {kind: 'Secret', metadata: {name: 's'}, data: {key: 'aGk='}, stringData: {a: 'b'}},
    {
      kind: 'Pod',
      spec: {
        containers: [
          {
            name: 'token-server',
            env: [
              {name: 'DB_PASSWORD', value: 'x'},
              {name: 'COLOUR', value: 'blue'},
            ],
          },
        ],
      },
    },
  ]
  t.deepEqual(redactValue({items}), {
    items: [
      {kind: 'Secret', metadata: {name: 's'}, data: {key: '(left out)'}, stringData: {a: '(left out)'}},
      {
        kind: 'Pod',
        spec: {
          containers: [
            {
              name: 'token-server',
              env: [
                {name: 'DB_PASSWORD', value: '(left out)'},
                {name: 'COLOUR', value: 'blue'},
              ],
            },
          ],
        },
      },
    ],
  })
})
