import {once} from 'node:events'
import {createServer} from 'node:net'

/**
 * A port of this machine where nobody listens, and that the kernel gives to nobody by itself: it lies below those from which it takes one for
 * who asks for any (net.ipv4.ip_local_port_range). So it stays free until the test wants it, whatever runs beside.
 */
export async function quietPort(): Promise<number> {
  for (;;) {
    const port = first + Math.floor(Math.random() * (last - first + 1))
    const server = createServer()
    const heard = once(server, 'listening').catch(() => undefined)
    server.listen(port)
    if ((await heard) === undefined) continue
    server.close()
    await once(server, 'close')
    return port
  }
}

const [first, last] = [20_000, 29_999]
