import type {Image} from './image.ts'

/** Kubernetes' pause container: it owns namespaces and waits. */
export const pause: Image = {
  name: 'registry.k8s.io/pause',
  aliases: ['k8s.gcr.io/pause', 'gcr.io/google_containers/pause', 'gcr.io/google_containers/pause-amd64'],
  summary: 'Waits for ever',
  root: 'busybox',
  entrypoint: ['/pause'],
  arguments: [],
  played: {'/pause': 'nothing'},
}
