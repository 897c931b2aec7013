import type {Image} from './image.ts'

/** A few hundred small Unix tools in one program, with nothing else around them. */
export const busybox: Image = {
  name: 'busybox',
  aliases: [
    'registry.k8s.io/busybox',
    'k8s.gcr.io/busybox',
    'gcr.io/google-containers/busybox',
    'gcr.io/google_containers/busybox',
  ],
  summary: 'A shell and the small Unix tools (wget, nc, ping, nslookup, httpd, ...)',
  root: 'busybox',
  entrypoint: [],
  arguments: ['sh'],
  needs: {busybox: 'busybox-static'},
}
