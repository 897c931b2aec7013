import type {Call} from '../../cluster/dial.ts'

/** A program by which people try a call themselves. busybox is in every image; its nc runs the program once the connection is open. */
export function programFor(call: Call): readonly string[] {
  switch (call.kind) {
    case 'tcp':
      return ['busybox', 'nc', '-w', '2', call.host, `${call.port}`, '-e', 'true']
    case 'udp':
      return ['busybox', 'nc', '-u', '-w', '2', call.host, `${call.port}`, '-e', 'echo', 'hostname']
    case 'http':
      return ['curl', '-sS', '--max-time', '2', `http://${call.host}:${call.port}${call.path}`]
    case 'ping':
      return ['ping', '-c', '1', '-W', '2', call.host]
  }
}
