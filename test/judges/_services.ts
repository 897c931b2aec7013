/*
 * A lab with every kind of Service, for a kube-proxy that is not podlab's own, on node1:
 *
 *   master 10.0.20.4 ── there, there2          node1 10.0.20.11 ── here
 */
export function servicesLab(cluster: string): string {
  return `
cluster: ${cluster}
nodes:
  - {name: master, address: 10.0.20.4, podSubnet: 172.17.13.0/24}
  - {name: node1, address: 10.0.20.11, podSubnet: 172.17.12.0/24}
manifests:
${[pod('here', 'node1', '{app: web}'), pod('there', 'master', '{app: web}'), pod('there2', 'master', '{app: web, far: "yes"}')].join('')}
${Object.entries(services)
  .map(([name, spec], index) => service(name, spec.replace('{', `{clusterIP: 10.96.1.${index + 1}, `)))
  .join('')}
${service('headless', '{clusterIP: None, selector: {app: web}, ports: [{port: 80}]}')}
  - {apiVersion: v1, kind: Endpoints, metadata: {name: byhand}, subsets: [{addresses: [{ip: 192.0.2.9}], ports: [{port: 8080}]}]}
`
}

const [all, far, nobody] = ['selector: {app: web}', 'selector: {far: "yes"}', 'selector: {app: nobody}']
const port = (more = '') => `ports: [{port: 80, targetPort: 8080${more}}]`
const [anyNode, thisNode] = ['type: NodePort', 'type: NodePort, externalTrafficPolicy: Local']

/* Specifications by name. */
const services = {
  plain: `{${all}, ${port()}}`,
  two: `{${all}, ports: [{name: http, port: 80, targetPort: 8080}, {name: dns, protocol: UDP, port: 53, targetPort: 8053}]}`,
  sticky: `{${all}, sessionAffinity: ClientIP, sessionAffinityConfig: {clientIP: {timeoutSeconds: 600}}, ${port()}}`,
  empty: `{${nobody}, ${anyNode}, externalIPs: [203.0.113.4], ${port(', nodePort: 30804')}}`,
  nodeport: `{${all}, ${anyNode}, ${port(', nodePort: 30807')}}`,
  local: `{${all}, ${thisNode}, ${port(', nodePort: 30808')}}`,
  elsewhere: `{${far}, ${thisNode}, ${port(', nodePort: 30809')}}`,
  stickylocal: `{${all}, ${thisNode}, sessionAffinity: ClientIP, ${port(', nodePort: 30816')}}`,
  balanced: `{${all}, type: LoadBalancer, loadBalancerIP: 10.0.40.20, ${port(', nodePort: 30810')}}`,
  balancedlocal: `{${all}, type: LoadBalancer, loadBalancerIP: 10.0.40.21, externalTrafficPolicy: Local, healthCheckNodePort: 30911, ${port(', nodePort: 30811')}}`,
  closed: `{${all}, type: LoadBalancer, loadBalancerIP: 10.0.40.22, loadBalancerSourceRanges: [10.0.20.0/24, 192.0.2.0/24], ${port(', nodePort: 30812')}}`,
  emptybalanced: `{${nobody}, type: LoadBalancer, loadBalancerIP: 10.0.40.24, ${port(', nodePort: 30813')}}`,
  external: `{${all}, externalIPs: [203.0.113.14, 203.0.113.15], ${port()}}`,
  sctp: `{${all}, ${anyNode}, ports: [{port: 80, protocol: SCTP, targetPort: 8080, nodePort: 30815}]}`,
  byhand: `{${port()}}`,
  inside: `{${all}, internalTrafficPolicy: Local, ${port()}}`,
  insideelsewhere: `{${far}, internalTrafficPolicy: Local, ${port()}}`,
}

function service(name: string, spec: string): string {
  return `  - {apiVersion: v1, kind: Service, metadata: {name: ${name}}, spec: ${spec}}\n`
}

function pod(name: string, node: string, labels: string): string {
  return `  - {apiVersion: v1, kind: Pod, metadata: {name: ${name}, labels: ${labels}}, spec: {nodeName: ${node}, containers: [{name: main, image: luksa/kubia}]}}\n`
}
