import {parseAllDocuments} from 'yaml'
import type {DnsObject} from '../../src/dns/view.ts'
import {type ToldView, toldView} from '../../src/dns/view.ts'

/*
 * The cluster that the tables ask about: every kind of Service, with and without endpoints, in two namespaces.
 */
const manifests = `
{apiVersion: v1, kind: Namespace, metadata: {name: default, labels: {kubernetes.io/metadata.name: default}}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: kube-system}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: other}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: empty}}
---
# a Service with two ports, as most have them
apiVersion: v1
kind: Service
metadata: {name: kubia, namespace: default}
spec:
  {type: ClusterIP, clusterIP: 10.96.77.7, clusterIPs: [10.96.77.7], ports: [{name: http, port: 80, protocol: TCP}, {name: dns, port: 53, protocol: UDP}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: kubia-a, namespace: default, labels: {kubernetes.io/service-name: kubia}}
addressType: IPv4
endpoints:
  - {addresses: [172.17.12.2], conditions: {ready: true}, targetRef: {kind: Pod, name: kubia-1, namespace: default}}
  - {addresses: [172.17.13.2], conditions: {ready: false}, targetRef: {kind: Pod, name: kubia-2, namespace: default}}
ports: [{name: http, port: 8080, protocol: TCP}, {name: dns, port: 5353, protocol: UDP}]
---
# nobody behind it: it has its address all the same
apiVersion: v1
kind: Service
metadata: {name: lonely, namespace: default}
spec: {type: ClusterIP, clusterIP: 10.96.77.8, clusterIPs: [10.96.77.8], ports: [{name: http, port: 80, protocol: TCP}]}
---
# a port without a name has no SRV record of its own
apiVersion: v1
kind: Service
metadata: {name: nameless, namespace: default}
spec: {type: ClusterIP, clusterIP: 10.96.77.9, clusterIPs: [10.96.77.9], ports: [{port: 6379, protocol: TCP}]}
---
# two families
apiVersion: v1
kind: Service
metadata: {name: both, namespace: default}
spec: {type: ClusterIP, clusterIP: 10.96.77.10, clusterIPs: [10.96.77.10, 'fd00:10:96::a'], ports: [{name: http, port: 80, protocol: TCP}]}
---
apiVersion: v1
kind: Service
metadata: {name: six, namespace: default}
spec: {type: ClusterIP, clusterIP: 'fd00:10:96::6', clusterIPs: ['fd00:10:96::6'], ports: [{name: http, port: 80, protocol: TCP}]}
---
# the same name in another namespace
apiVersion: v1
kind: Service
metadata: {name: kubia, namespace: other}
spec: {type: ClusterIP, clusterIP: 10.96.78.7, clusterIPs: [10.96.78.7], ports: [{name: http, port: 80, protocol: TCP}]}
---
# headless: one endpoint with a hostname, one without, one that is not ready
apiVersion: v1
kind: Service
metadata: {name: bare, namespace: default}
spec: {type: ClusterIP, clusterIP: None, clusterIPs: [None], ports: [{name: http, port: 80, protocol: TCP}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: bare-a, namespace: default, labels: {kubernetes.io/service-name: bare}}
addressType: IPv4
endpoints:
  - {addresses: [172.17.12.3], conditions: {ready: true}, hostname: bare-0, targetRef: {kind: Pod, name: pod-of-bare-0, namespace: default}}
  - {addresses: [172.17.13.3], conditions: {ready: true}, targetRef: {kind: Pod, name: pod-of-bare-1, namespace: default}}
  - {addresses: [172.17.13.4], conditions: {ready: false}, hostname: bare-2}
ports: [{name: http, port: 8080, protocol: TCP}]
---
# two ports, and endpoints that are published before they are ready
apiVersion: v1
kind: Service
metadata: {name: early, namespace: default}
spec:
  type: ClusterIP
  clusterIP: None
  clusterIPs: [None]
  publishNotReadyAddresses: true
  ports: [{name: peer, port: 2380, protocol: TCP}, {name: client, port: 2379, protocol: TCP}]
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: early-a, namespace: default, labels: {kubernetes.io/service-name: early}}
addressType: IPv4
endpoints:
  - {addresses: [172.17.12.5], conditions: {ready: true}, hostname: early-0}
  - {addresses: [172.17.13.5], conditions: {ready: true}, hostname: early-1}
  - {addresses: [172.17.13.6], conditions: {ready: true}, hostname: early-2}
ports: [{name: peer, port: 2380, protocol: TCP}, {name: client, port: 2379, protocol: TCP}]
---
# headless without endpoints
apiVersion: v1
kind: Service
metadata: {name: nobody, namespace: default}
spec: {type: ClusterIP, clusterIP: None, clusterIPs: [None], ports: [{name: http, port: 80, protocol: TCP}]}
---
# headless without ports
apiVersion: v1
kind: Service
metadata: {name: portless, namespace: default}
spec: {type: ClusterIP, clusterIP: None, clusterIPs: [None]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: portless-a, namespace: default, labels: {kubernetes.io/service-name: portless}}
addressType: IPv4
endpoints: [{addresses: [172.17.12.7], conditions: {ready: true}, hostname: only}]
---
# headless with endpoints of both families
apiVersion: v1
kind: Service
metadata: {name: wide, namespace: default}
spec: {type: ClusterIP, clusterIP: None, clusterIPs: [None], ports: [{name: http, port: 80, protocol: TCP}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: wide-4, namespace: default, labels: {kubernetes.io/service-name: wide}}
addressType: IPv4
endpoints: [{addresses: [172.17.12.8], conditions: {ready: true}}]
ports: [{name: http, port: 8080, protocol: TCP}]
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: wide-6, namespace: default, labels: {kubernetes.io/service-name: wide}}
addressType: IPv6
endpoints: [{addresses: ['fd00:172:17::8'], conditions: {ready: true}}]
ports: [{name: http, port: 8080, protocol: TCP}]
---
# elsewhere
apiVersion: v1
kind: Service
metadata: {name: ext, namespace: default}
spec: {type: ExternalName, externalName: www.example.com}
---
apiVersion: v1
kind: Service
metadata: {name: ext-gone, namespace: default}
spec: {type: ExternalName, externalName: gone.example.com}
---
# elsewhere in the cluster, by one step and by two
apiVersion: v1
kind: Service
metadata: {name: near, namespace: default}
spec: {type: ExternalName, externalName: kubia.other.svc.cluster.local}
---
apiVersion: v1
kind: Service
metadata: {name: nearer, namespace: default}
spec: {type: ExternalName, externalName: near.default.svc.cluster.local}
---
apiVersion: v1
kind: Service
metadata: {name: dangling, namespace: default}
spec: {type: ExternalName, externalName: nothing.other.svc.cluster.local}
---
# two that name each other, and one that names itself
apiVersion: v1
kind: Service
metadata: {name: tick, namespace: default}
spec: {type: ExternalName, externalName: tock.default.svc.cluster.local}
---
apiVersion: v1
kind: Service
metadata: {name: tock, namespace: default}
spec: {type: ExternalName, externalName: tick.default.svc.cluster.local}
---
apiVersion: v1
kind: Service
metadata: {name: self, namespace: default}
spec: {type: ExternalName, externalName: self.default.svc.cluster.local}
---
# an address is no name
apiVersion: v1
kind: Service
metadata: {name: numeric, namespace: default}
spec: {type: ExternalName, externalName: 192.0.2.7}
---
apiVersion: v1
kind: Pod
metadata: {name: client, namespace: default}
spec: {containers: [{name: main, image: busybox}]}
status: {phase: Running, podIP: 172.17.12.9, podIPs: [{ip: 172.17.12.9}]}
`

/** The objects of the fixture. */
export function fixtureObjects(): readonly DnsObject[] {
  return parseAllDocuments(manifests).map(document => document.toJS() as DnsObject)
}

/** A view that has been told of the fixture. */
export function fixtureView(): ToldView {
  const view = toldView()
  for (const object of fixtureObjects()) view.tell({type: 'ADDED', object})
  view.sync()
  return view
}
