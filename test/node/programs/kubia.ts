import {connect} from 'node:net'
import test from 'ava'
import {kubiaServer} from '../../../src/node/programs/kubia.ts'
import {httpSocket} from '../../../src/node/programs/listen.ts'

/** The server on a port that the machine chooses; in a pod it is 8080, which test/real/runtime.ts tries. */
function kubiaOn(port = 0) {
  const lines: string[] = []
  const server = kubiaServer({hostname: 'kubia-7rt2n', log: line => lines.push(line)})
  const played = httpSocket(server, port)
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('expected a port')
  return {...played, lines, port: address.port, url: `http://127.0.0.1:${address.port}`}
}

test('kubia says which host was hit, whatever is asked', async t => {
  const {url, close} = kubiaOn()
  t.is(await (await fetch(url)).text(), "You've hit kubia-7rt2n\n")
  const posted = await fetch(`${url}/some/path`, {method: 'POST', body: 'text'})
  t.is(posted.status, 200)
  t.is(await posted.text(), "You've hit kubia-7rt2n\n")
  close()
})

test('kubia logs its start and who asked', async t => {
  const {url, close, lines} = kubiaOn()
  await (await fetch(url)).text()
  t.deepEqual(lines, ['Kubia server starting...', 'Received request from ::ffff:127.0.0.1'])
  close()
})

test('a played server listens before it is handed out, and its descriptor can be passed on', t => {
  const {sockets, close} = kubiaOn()
  t.is(sockets.length, 1)
  t.true((sockets[0] ?? -1) > 2)
  close()
})

test('the end of a server cuts what is open and frees the port', async t => {
  const {port, close} = kubiaOn()
  const client = connect(port, '127.0.0.1')
  await new Promise(resolve => client.once('connect', resolve))
  client.write('GET / HTTP/1.1\r\n')
  const cut = new Promise<void>(resolve => client.once('close', () => resolve()))
  client.on('error', () => undefined)
  close()
  await cut
  const again = kubiaOn(port)
  t.is(again.port, port)
  again.close()
})

test('a port that is taken is an error at once', t => {
  const {port, close} = kubiaOn()
  t.throws(() => kubiaOn(port), {message: /EADDRINUSE|is taken/})
  close()
})
