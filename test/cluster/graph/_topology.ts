import type {Topology, TopologyPod} from '../../../src/cluster/graph/topology.ts'

export const pod = (name: string, more: Partial<TopologyPod> = {}): TopologyPod => ({
  name,
  count: 1,
  state: 'ready',
  services: [],
  ...more,
})

export const small: Topology = {
  name: 'small',
  overlay: 'vxlan',
  proxyMode: 'iptables',
  podNetwork: '172.17.0.0/16',
  serviceRange: '10.96.0.0/12',
  underlay: '10.0.20.0/24',
  nodes: [
    {name: 'master', address: '10.0.20.4', podSubnet: '172.17.13.0/24', pods: [pod('client', {ip: '172.17.13.2'})]},
    {
      name: 'node1',
      address: '10.0.20.11',
      podSubnet: '172.17.12.0/24',
      pods: [pod('web', {ip: '172.17.12.2', services: [0], state: 'waiting'})],
    },
  ],
  unplaced: [],
  services: [{name: 'web', address: '10.98.0.10', ports: '80:30080'}],
  machines: [{name: 'laptop', address: '10.0.20.200', kind: 'client'}],
}

/** So many nodes with so many pods each, of two owners and some alone. */
export function large(nodes: number, pods: number): Topology {
  const owners = ['kubia', 'web', undefined]
  return {
    ...small,
    nodes: Array.from({length: nodes}, (_, node) => ({
      name: `node${node}`,
      address: `10.0.20.${node + 1}`,
      podSubnet: `172.17.${node}.0/24`,
      pods: Array.from({length: pods}, (_, index) => {
        const owner = owners[index % 3]
        return pod(`${owner ?? 'alone'}-${index}`, {
          ...(owner && {owner}),
          ip: `172.17.${node}.${index + 2}`,
          services: [0],
        })
      }),
    })),
  }
}
