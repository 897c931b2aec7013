import type {Image} from './image.ts'

/** curl. Without arguments it prints its help and ends, as the real image does: give it `sleep infinity` to keep a client. */
export const curl: Image = {
  name: 'curlimages/curl',
  summary: 'curl, and a shell to run it from',
  root: 'host',
  entrypoint: [],
  arguments: ['curl', '--help'],
  needs: {curl: 'curl'},
}
