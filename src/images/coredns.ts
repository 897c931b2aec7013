import type {Image} from './image.ts'

/** The cluster's DNS server, as podlab plays it. The real image has no shell either. */
export const coredns: Image = {
  name: 'registry.k8s.io/coredns/coredns',
  aliases: ['registry.k8s.io/coredns', 'k8s.gcr.io/coredns/coredns', 'k8s.gcr.io/coredns'],
  summary: 'The DNS of the cluster: answers as its Corefile says, which -conf names',
  root: 'busybox',
  entrypoint: ['/coredns'],
  arguments: [],
  played: {'/coredns': 'coredns'},
}
