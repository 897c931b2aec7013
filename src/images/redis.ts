import type {Image} from './image.ts'

/** The key-value store, when this machine has it. */
export const redis: Image = {
  name: 'redis',
  summary: "This machine's redis-server on port 6379",
  root: 'host',
  entrypoint: [],
  arguments: ['redis-server', '--protected-mode', 'no', '--save', ''],
  workingDirectory: '/data',
  needs: {'redis-server': 'redis-server'},
}
