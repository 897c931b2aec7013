import type {Descriptions} from './index.ts'

export const services: Descriptions = {
  Service: {
    '': 'One address and one name for a changing set of pods. kube-proxy on every node leads its packets to one of them.',
    spec: 'Which pods, at which address, on which ports.',
  },
  ServiceSpec: {
    '': 'What a Service offers and who answers.',
    ports: 'The ports at which the Service is reached, and where they lead in the pods.',
    selector: 'Labels that a pod must carry to answer for the Service. Without it somebody else writes the Endpoints.',
    clusterIP:
      'The address of the Service. It stands on no interface: it lives only in the rules of the nodes. Given by the cluster unless asked for; "None" makes the Service headless, so that its name leads straight to the pods.',
    clusterIPs: 'The same as a list, one address for each IP family.',
    type: 'ClusterIP: inside the cluster only. NodePort: also on a port of every node. LoadBalancer: also at an address outside. ExternalName: another name for a host elsewhere.',
    externalIPs:
      'Further addresses for which the nodes take packets of the Service. Bringing the packets to a node is up to you.',
    sessionAffinity: 'ClientIP sends one client to the same pod again and again; None does not.',
    sessionAffinityConfig: 'How session affinity works.',
    loadBalancerIP: 'The address that a load balancer should have, where it lets one choose.',
    loadBalancerSourceRanges:
      'From which networks the load balancer lets packets in; from everywhere when nothing is said.',
    loadBalancerClass: 'Which load balancer is meant, where there are several.',
    allocateLoadBalancerNodePorts: 'Whether a LoadBalancer gets node ports as well. True when nothing is said.',
    externalName: 'For the type ExternalName: the host that the name of the Service stands for, as a CNAME in DNS.',
    externalTrafficPolicy:
      'Where packets from outside may go. Cluster: to any pod, with the source address replaced by the node. Local: only to pods of the node that they came to, with their source address kept.',
    internalTrafficPolicy:
      'Where packets from inside may go. Cluster: to any pod. Local: only to pods of the same node.',
    healthCheckNodePort:
      'With externalTrafficPolicy Local: the port where each node tells a load balancer whether it has pods.',
    publishNotReadyAddresses:
      'Whether pods that are not ready count too; for programs that must find each other while they start.',
    ipFamilies: 'IPv4, IPv6 or both, in order.',
    ipFamilyPolicy: 'SingleStack, PreferDualStack or RequireDualStack: how many IP families the Service has.',
    trafficDistribution: 'Which pods are preferred, for instance those nearby.',
  },
  ServicePort: {
    '': 'A port of a Service.',
    name: 'Its name, needed where there are several. DNS SRV records and environment variables use it.',
    protocol: 'TCP, UDP or SCTP; TCP when nothing is said.',
    appProtocol: 'What is spoken on the port; a hint, nothing more.',
    port: 'The port of the Service.',
    targetPort:
      "The port of the pods, as a number or as the name of a container's port, which each pod may have elsewhere. The same as port when nothing is said.",
    nodePort:
      'The port of every node that leads to the Service, 30000 to 32767. Given by the cluster unless asked for.',
  },
  ServiceStatus: {'': 'What has become of a Service.', loadBalancer: 'Where the load balancer is reached.'},
  LoadBalancerStatus: {'': 'The addresses of a load balancer.', ingress: 'Where packets from outside may be sent to.'},
  LoadBalancerIngress: {
    '': 'One address of a load balancer.',
    ip: 'The address.',
    hostname: 'The name, for those that are reached by name.',
    ipMode:
      'VIP: packets arrive at the nodes with this address as their destination. Proxy: the load balancer has replaced it.',
    ports: 'The ports that it serves.',
  },
  PortStatus: {
    '': 'A port of a load balancer.',
    port: 'The port.',
    protocol: 'TCP, UDP or SCTP.',
    error: 'What went wrong with it.',
  },
  SessionAffinityConfig: {'': 'How a client is kept at one pod.', clientIP: 'Settings for affinity by address.'},
  ClientIPConfig: {
    '': "Affinity by the client's address.",
    timeoutSeconds:
      'For how many seconds after its last connection a client is remembered. 10800 when nothing is said.',
  },
  Endpoints: {
    '': 'Where the packets of a Service may go now: the addresses of its pods. It has the name of the Service.',
    subsets: 'Addresses and ports; every address of a subset offers every port of it.',
  },
  EndpointSubset: {
    '': 'Addresses that offer the same ports.',
    addresses: 'Those that are ready: packets go there.',
    notReadyAddresses: 'Those that are not: no packets go there.',
    ports: 'The ports.',
  },
  EndpointAddress: {
    '': 'One address, usually that of a pod.',
    ip: 'The address.',
    hostname: 'Its host name in DNS, for headless Services.',
    nodeName: 'The node that it is on.',
    targetRef: 'The pod behind it.',
  },
  EndpointPort: {
    '': 'A port behind a Service.',
    name: "The name of the Service's port that leads here.",
    protocol: 'TCP, UDP or SCTP.',
    port: 'The port itself.',
    appProtocol: 'What is spoken on it; a hint.',
  },
  EndpointSlice: {
    '': 'A part of the addresses behind a Service, at most a hundred in each slice. kube-proxy reads these.',
    addressType: 'IPv4, IPv6 or FQDN, for all addresses of the slice.',
    endpoints: 'The addresses.',
    ports: 'The ports that every one of them offers.',
  },
  Endpoint: {
    '': 'One end that answers, usually a pod.',
    addresses: 'Its addresses; the first counts.',
    conditions: 'Whether packets may go there.',
    hostname: 'Its host name in DNS.',
    targetRef: 'The pod behind it.',
    deprecatedTopology: 'No longer used.',
    nodeName: 'The node that it is on.',
    zone: 'The zone that it is in.',
    hints: 'Who should use it.',
  },
  EndpointConditions: {
    '': 'How an endpoint is.',
    ready: 'Whether it takes new connections: it serves and is not terminating.',
    serving: 'Whether its pod is ready, terminating or not.',
    terminating: 'Whether its pod is on its way out.',
  },
  EndpointHints: {
    '': 'Who should prefer an endpoint.',
    forZones: 'The zones whose nodes should use it.',
    forNodes: 'The nodes that should use it.',
  },
  ForZone: {'': 'A zone.', name: 'Its name.'},
  ForNode: {'': 'A node.', name: 'Its name.'},
}
