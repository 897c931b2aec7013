import test from 'ava'
import fc from 'fast-check'
import {nginx as image} from '../../../src/images/nginx.ts'
import {readServers} from '../../../src/node/programs/nginx.ts'
import {NginxError, parseNginxConfig} from '../../../src/node/programs/nginx-config.ts'

const page = `# of the documentation's page "Connecting Applications with Services"
server {
        listen 80 default_server;
        listen [::]:80 default_server ipv6only=on;
        listen 443 ssl;

        root /usr/share/nginx/html;
        index index.html;

        server_name localhost;
        ssl_certificate /etc/nginx/ssl/tls.crt;
        ssl_certificate_key /etc/nginx/ssl/tls.key;

        location / {
                try_files $uri $uri/ =404;
        }
        location = /healthz { return 200 "ok; {fine}\\n"; }
}
`

const read = (files: Readonly<Record<string, string>>) =>
  readServers({
    listFiles: () => Object.keys(files).map(path => path.replace('/etc/nginx/conf.d/', '')),
    readFile: path => (files[path] === undefined ? undefined : Buffer.from(files[path])),
  })

test('a server of a configuration has its ports, files and places', t => {
  t.deepEqual(read({'/etc/nginx/conf.d/default.conf': page}), [
    {
      root: '/usr/share/nginx/html',
      index: ['index.html'],
      ports: [
        {port: 80, secure: false, isDefault: true},
        {port: 443, secure: true, isDefault: false},
      ],
      names: ['localhost'],
      certificate: '/etc/nginx/ssl/tls.crt',
      key: '/etc/nginx/ssl/tls.key',
      locations: [
        {path: '/', exact: false},
        {path: '/healthz', exact: true, answer: {code: 200, text: 'ok; {fine}\n'}},
      ],
    },
  ])
})

test("the image's own configuration serves its folder on port 80", t => {
  const [server] = read(image.files ?? {})
  t.like(server, {
    ports: [{port: 80, secure: false, isDefault: false}],
    locations: [{path: '/', root: '/usr/share/nginx/html', index: ['index.html', 'index.htm']}],
  })
})

test('servers are those of all files that end in .conf', t => {
  const server = 'server { listen 8080; }'
  const files = {'b.conf': server.replace('8080', '81'), 'a.conf': server, 'c.txt': 'nonsense', '..data': 'nonsense'}
  const named = Object.fromEntries(Object.entries(files).map(([name, text]) => [`/etc/nginx/conf.d/${name}`, text]))
  t.deepEqual(
    read(named).map(({ports}) => ports.map(({port}) => port)),
    [[8080], [81]],
  )
})

const refused = test.macro({
  exec: (t, text: string, words: string) => {
    const error = t.throws(() => read({'/etc/nginx/conf.d/x.conf': text}), {instanceOf: NginxError})
    t.is(error?.message, `nginx: [emerg] ${words}`)
  },
  title: (_, text) => `nginx does not start with ${JSON.stringify(text)}`,
})
const x = '/etc/nginx/conf.d/x.conf'

test(refused, 'server {', `unexpected end of file, expecting "}" in ${x}:1`)
test(refused, 'server {\n listen 80;\n}\n}', `unexpected "}" in ${x}:4`)
test(refused, 'server { listen 80 }', `unexpected "}" in ${x}:1`)
test(refused, 'listen', `unexpected end of file, expecting ";" or "}" in ${x}:1`)
test(refused, ';', `unexpected ";" in ${x}:1`)
test(refused, '{ }', `unexpected "{" in ${x}:1`)
test(refused, 'server { listen http; }', `invalid port in "http" of the "listen" directive in ${x}:1`)
test(refused, 'server { listen 70000; }', `invalid port in "70000" of the "listen" directive in ${x}:1`)
test(
  refused,
  'server {\n\n proxy_pass http://a; }',
  `podlab's nginx does not play the directive "proxy_pass" in ${x}:3`,
)
test(refused, 'upstream a { }', `podlab's nginx does not play the directive "upstream" in ${x}:1`)
test(refused, 'server { location ~ a { } }', `podlab's nginx does not play "location ~" in ${x}:1`)
test(
  refused,
  'server { location / { rewrite a b; } }',
  `podlab's nginx does not play the directive "rewrite" in ${x}:1`,
)

test('whatever the text, it is read or refused in a sentence of nginx', t => {
  const piece = fc.constantFrom(
    'server',
    'listen',
    '80',
    ';',
    '{',
    '}',
    ' ',
    '\n',
    '"',
    "'",
    '#',
    '\\',
    'location',
    '/',
  )
  fc.assert(
    fc.property(fc.array(piece, {maxLength: 30}), pieces => {
      try {
        parseNginxConfig(pieces.join(''), 'x.conf')
      } catch (error) {
        t.true(error instanceof NginxError)
      }
    }),
  )
  t.pass()
})
