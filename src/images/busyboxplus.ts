import type {Image} from './image.ts'

/** busybox and curl: the client of many older pages of the documentation. */
export const busyboxplus: Image = {
  name: 'radial/busyboxplus',
  summary: 'A shell, the small Unix tools, and curl',
  root: 'host',
  entrypoint: [],
  arguments: ['sh'],
  needs: {curl: 'curl'},
}
