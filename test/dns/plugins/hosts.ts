import test from 'ava'
import {ask, printAnswer, testServer} from '../_ask.ts'
import {otherServer, www} from './_other-server.ts'

test('hosts answers out of its lines and its file, and passes on what it does not know', async t => {
  const {exchange} = otherServer({'A www.example.com.': [www]})
  const server = testServer({
    corefile:
      '. {\n hosts /etc/hosts {\n  192.0.2.1 a.example.com b.example.com\n  2001:db8::1 a.example.com\n  fallthrough\n }\n forward . 203.0.113.10\n}',
    exchange,
    readFile: path => (path === '/etc/hosts' ? '# hosts\n192.0.2.9\tfile.example.com # nine\n' : undefined),
  })
  t.teardown(server.close)
  const answers = []
  for (const [type, name] of [
    ['A', 'a.example.com.'],
    ['AAAA', 'a.example.com.'],
    ['AAAA', 'b.example.com.'],
    ['A', 'file.example.com.'],
    ['PTR', '9.2.0.192.in-addr.arpa.'],
    ['A', 'www.example.com.'],
  ] as const)
    answers.push(printAnswer(await ask(server, {type, name})))
  t.deepEqual(answers, [
    'a.example.com. 3600 IN A 192.0.2.1',
    'a.example.com. 3600 IN AAAA 2001:db8::1',
    'NOERROR',
    'file.example.com. 3600 IN A 192.0.2.9',
    '9.2.0.192.in-addr.arpa. 3600 IN PTR file.example.com.',
    'www.example.com. 300 IN A 203.0.113.80',
  ])
})
