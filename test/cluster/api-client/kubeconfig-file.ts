import test from 'ava'
import {KubeconfigError, readKubeconfig} from '../../../src/cluster/api-client/kubeconfig-file.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64')
const pem = (what: string) => `-----BEGIN ${what}-----\nAAAA\n-----END ${what}-----\n`

const good = `apiVersion: v1
kind: Config
clusters:
- name: lab
  cluster:
    server: https://10.0.20.254:6443
    certificate-authority-data: ${base64(pem('CERTIFICATE'))}
users:
- name: node
  user:
    client-certificate: pki/node.crt
    client-key-data: ${base64(pem('PRIVATE KEY'))}
contexts:
- {name: other, context: {cluster: none, user: none}}
- {name: here, context: {cluster: lab, user: node}}
current-context: here
`

function read(text: string, files: Readonly<Record<string, string>> = {'/etc/pki/node.crt': pem('CERTIFICATE')}) {
  const all: Readonly<Record<string, string>> = {...files, '/etc/kubelet.conf': text}
  return readKubeconfig('/etc/kubelet.conf', path => {
    const found = all[path]
    if (found === undefined) throw new Error(`ENOENT: no such file or directory, open '${path}'`)
    return found
  })
}

test('a kubeconfig says where the API server is and how to get in; files lie beside it', t => {
  t.deepEqual(read(good), {
    server: 'https://10.0.20.254:6443',
    authority: pem('CERTIFICATE'),
    certificate: pem('CERTIFICATE'),
    key: pem('PRIVATE KEY'),
  })
})

test('a token is a way in, too', t => {
  const text = good.replace(/ {4}client-certificate[^}]*?contexts/s, '    token: secret\ncontexts')
  t.like(read(text), {server: 'https://10.0.20.254:6443', token: 'secret'})
})

const refused = test.macro({
  exec: (t, text: string, message: RegExp) => {
    const error = t.throws(() => read(text), {instanceOf: KubeconfigError, message})
    t.true(error.message.startsWith('/etc/kubelet.conf: '), 'it says which file')
  },
  title: (title = '') => `refused: ${title}`,
})

const without = (line: RegExp) => good.replace(line, '')
test('an empty file', refused, '', /this is no kubeconfig: expected a mapping/)
test('a list', refused, '- a\n', /this is no kubeconfig/)
test('bytes that are no YAML', refused, '\0{{', /./)
test('YAML that does not close', refused, 'clusters: [', /./)
test('no current context', refused, without(/current-context.*/), /it has no current-context/)
test(
  'a context that is not there',
  refused,
  good.replace('current-context: here', 'current-context: gone'),
  /its contexts have none of the name "gone"/,
)
test(
  'a cluster that is not there',
  refused,
  good.replace('current-context: here', 'current-context: other'),
  /its clusters have none of the name "none"/,
)
test(
  'contexts that are no list',
  refused,
  good.replace(/contexts:\n.*\n.*\n/, 'contexts: 7\n'),
  /its contexts have none of the name "here"/,
)
test(
  'a user that is not there',
  refused,
  good.replace('user: node}', 'user: nobody}'),
  /its users have none of the name "nobody"/,
)
test('no server', refused, without(/ {4}server.*\n/), /its server is undefined; expected something like https/)
test(
  'a server without a scheme',
  refused,
  good.replace('https://10.0.20.254:6443', '10.0.20.254:6443'),
  /its server is "10\.0\.20\.254:6443"/,
)
test(
  'a certificate that is none',
  refused,
  good.replace(/(authority-data: ).*/, '$1AAAA'),
  /its certificate-authority is no PEM/,
)
test(
  'a certificate without its key',
  refused,
  without(/ {4}client-key-data.*\n/),
  /a client-certificate or a client-key, but not both/,
)
test(
  'a file that is not there',
  refused,
  good.replace('pki/node.crt', 'pki/gone.crt'),
  /no such file or directory, open '\/etc\/pki\/gone\.crt'/,
)
