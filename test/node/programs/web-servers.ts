import type {Server} from 'node:http'
import type {AddressInfo} from 'node:net'
import test from 'ava'
import {echoing} from '../../../src/node/programs/echo-server.ts'
import {answerDatagram, netexecServer} from '../../../src/node/programs/netexec.ts'
import {hostnameServer} from '../../../src/node/programs/serve-hostname.ts'
import {staticFiles} from '../../../src/node/programs/static-files.ts'

const web = {folder: '/srv', name: 'test/1.0', notFound: 'not here\n'}
const files: Readonly<Record<string, string>> = {'/srv/index.html': '<h1>hello</h1>\n', '/srv/a b.txt': 'blank\n'}

/** Serves on a port that the machine chooses, for the length of one test. */
async function served(server: Server, use: (url: string) => Promise<void>): Promise<void> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  server.close()
  server.closeAllConnections()
}

function folderServer(log: string[] = []): Server {
  const readFile = (path: string) => (files[path] === undefined ? undefined : Buffer.from(files[path]))
  return staticFiles(web, {readFile, log: line => log.push(line)})
}

const page = test.macro({
  exec: (t, path: string, status: number, body: string) =>
    served(folderServer(), async url => {
      const response = await fetch(url + path)
      t.is(response.status, status)
      t.is(await response.text(), body)
      t.is(response.headers.get('server'), 'test/1.0')
    }),
  title: (_, path, status) => `a web server answers ${path} with ${status}`,
})

test(page, '/', 200, '<h1>hello</h1>\n')
test(page, '/?q=1', 200, '<h1>hello</h1>\n')
test(page, '/a%20b.txt', 200, 'blank\n')
test(page, '/nope', 404, 'not here\n')
test(page, '/%2e%2e/%2e%2e/etc/passwd', 404, 'not here\n')
test(page, '/%zz', 404, 'not here\n')
test(page, '/%00', 404, 'not here\n')

test('a web server refuses other methods, and sends no body for HEAD', t =>
  served(folderServer(), async url => {
    t.is((await fetch(url, {method: 'POST', body: 'x'})).status, 405)
    const head = await fetch(url, {method: 'HEAD'})
    t.is(head.headers.get('content-length'), '15')
    t.is(await head.text(), '')
  }))

test('a web server logs in the combined format', async t => {
  const log: string[] = []
  await served(folderServer(log), async url => void (await (await fetch(`${url}/nope`)).text()))
  t.regex(
    log[0] ?? '',
    /^127\.0\.0\.1 - - \[\d\d\/\w{3}\/\d{4}:\d\d:\d\d:\d\d \+0000\] "GET \/nope HTTP\/1\.1" 404 9 "-" "node"$/,
  )
})

test('the echo server answers with its name and the request', t =>
  served(echoing({hostname: 'echo', log: () => undefined}), async url => {
    const text = await (await fetch(`${url}/a?b=c`, {method: 'POST', body: 'hello'})).text()
    t.regex(text, /^Request served by echo\n\nPOST \/a\?b=c HTTP\/1\.1\n\n/)
    t.true(text.endsWith('\n\nhello'))
  }))

test('serve-hostname says its host name, without a line end', t =>
  served(hostnameServer({hostname: 'web', log: () => undefined}), async url => {
    t.is(await (await fetch(url)).text(), 'web')
  }))

const asked = test.macro({
  exec: (t, path: string, status: number, body: RegExp) =>
    served(netexecServer({hostname: 'web', log: () => undefined, exit: () => undefined}), async url => {
      const response = await fetch(url + path)
      t.is(response.status, status)
      t.regex(await response.text(), body)
    }),
  title: (_, path) => `netexec answers ${path}`,
})

test(asked, '/hostname', 200, /^web$/)
test(asked, '/hostName', 200, /^web$/)
test(asked, '/clientip', 200, /^127\.0\.0\.1:\d+$/)
test(asked, '/echo?msg=hello%20you', 200, /^hello you$/)
test(asked, '/healthz', 200, /^$/)
test(asked, '/', 200, /^NOW: \d{4}-/)
test(asked, '/dial', 404, /does not play \/dial/)

test('netexec ends with the code that is asked for', async t => {
  const ended = Promise.withResolvers<number>()
  const server = netexecServer({hostname: 'web', log: () => undefined, exit: ended.resolve})
  await served(server, async url => {
    const hangUp = new AbortController()
    const asked = fetch(`${url}/exit?code=5`, {signal: hangUp.signal}).catch(() => 'hung up')
    t.is(await ended.promise, 5)
    hangUp.abort()
    t.is(await asked, 'hung up')
  })
})

const datagram = test.macro({
  exec: (t, message: string, answer: string) =>
    t.is(answerDatagram({hostname: 'web'})(message, {address: '172.17.13.2', port: 4000}), answer),
  title: (_, message) => `netexec answers the datagram ${JSON.stringify(message)}`,
})

test(datagram, 'hostname\n', 'web')
test(datagram, 'clientip', '172.17.13.2:4000')
test(datagram, 'echo hello you', 'hello you')
test(datagram, 'what', '')
