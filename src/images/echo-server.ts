import type {Image} from './image.ts'

/** A server that answers with the request that it got. */
export const echoServer: Image = {
  name: 'jmalloc/echo-server',
  summary: 'HTTP on port 8080 (PORT in the environment); answers with its host name and the request itself',
  root: 'host',
  entrypoint: ['/bin/echo-server'],
  arguments: [],
  played: {'/bin/echo-server': 'echoServer'},
  needs: {curl: 'curl'},
}
