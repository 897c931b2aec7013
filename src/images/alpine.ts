import type {Image} from './image.ts'

/** A small Linux: here the same tree around busybox as the image busybox, without a package manager. */
export const alpine: Image = {
  name: 'alpine',
  summary: 'A shell and the small Unix tools, as in busybox',
  root: 'busybox',
  entrypoint: [],
  arguments: ['/bin/sh'],
  files: {'/etc/alpine-release': '3.20.0\n'},
  needs: {busybox: 'busybox-static'},
}
