import type {Image} from './image.ts'

/** The server of the documentation's page "Debug Services". */
export const serveHostnameImage: Image = {
  name: 'registry.k8s.io/serve_hostname',
  aliases: [
    'k8s.gcr.io/serve_hostname',
    'gcr.io/google_containers/serve_hostname',
    'gcr.io/kubernetes-e2e-test-images/serve-hostname',
  ],
  summary: 'HTTP on port 9376; answers every request with its hostname',
  root: 'busybox',
  entrypoint: ['/serve_hostname'],
  arguments: [],
  played: {'/serve_hostname': 'serveHostname'},
}
