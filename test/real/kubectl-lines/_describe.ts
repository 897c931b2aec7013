import type {CommandLine} from './_line.ts'

/** `kubectl describe`, and whom a Service leads to. */
export const describe: readonly CommandLine[] = [
  {
    run: 'kubectl describe pod client',
    says: [
      'Name:  client',
      'Node:  {node}/10.0.20.',
      'Status:  Running',
      'IP:  POD-IP',
      'Image:  curlimages/curl',
      'Ready:  True',
      'Events:',
      'Normal  Pulled',
      'kubelet  Container image "curlimages/curl" already present on machine',
      'kubelet  Created container: main',
      'kubelet  Started container main',
    ],
  },
  {
    run: 'kubectl describe svc kubia',
    says: [
      'Name:  kubia',
      'Selector:  app=kubia',
      'Type:  ClusterIP',
      'IP:  {ip}',
      'Port:  <unset>  80/TCP',
      'TargetPort:  8080/TCP',
      'Endpoints:',
    ],
  },
  {
    run: 'kubectl describe endpoints kubia',
    says: ['Name:  kubia', 'Addresses:  POD-IP,POD-IP,POD-IP', 'NotReadyAddresses:  <none>', '<unset>  8080  TCP'],
  },
  {
    run: 'kubectl describe node {node}',
    says: [
      'Name:  {node}',
      'Conditions:',
      'Ready  True',
      'InternalIP:  10.0.20.',
      'Non-terminated Pods:',
      'client',
      'Events:',
      'RegisteredNode',
      'Starting kubelet.',
      'NodeReady',
    ],
  },
  {
    run: 'kubectl describe endpointslices -l kubernetes.io/service-name=kubia',
    since: {minor: 21, reason: 'it asks for a beta of the API that 1.32 has no more'},
    says: [
      'Name:  kubia-NAME',
      'kubernetes.io/service-name=kubia',
      '<unset>  8080  TCP',
      'Addresses:  POD-IP',
      'Ready:  true',
      'TargetRef:  Pod/kubia-NAME',
      'NodeName:  ',
    ],
  },
  {
    run: 'kubectl describe svc kubernetes -n default',
    says: [
      'component=apiserver',
      'IP:  10.96.0.1',
      'Port:  https  443/TCP',
      'TargetPort:  6443/TCP',
      'Endpoints:  10.0.20.',
    ],
  },
  {
    run: 'kubectl get endpoints kubernetes -n default',
    says: /^NAME {2}ENDPOINTS {2}AGE\nkubernetes {2}\S+:6443 {2}AGE\n$/,
  },
  {
    run: 'kubectl get endpointslice kubernetes -n default',
    says: /^NAME {2}ADDRESSTYPE {2}PORTS {2}ENDPOINTS {2}AGE\nkubernetes {2}IPv4 {2}6443 {2}\S+ {2}AGE\n$/,
  },
  {
    run: 'kubectl describe deploy web',
    says: [
      'Name:  web',
      'Replicas:  2 desired | 2 updated | 2 total | 2 available | 0 unavailable',
      'StrategyType:  RollingUpdate',
      'NewReplicaSet:  web-HASH (2/2 replicas created)',
    ],
  },
  {
    run: 'kubectl describe rs kubia',
    says: [
      'Name:  kubia',
      'Replicas:  3 current / 3 desired',
      'Pods Status:  3 Running / 0 Waiting / 0 Succeeded / 0 Failed',
      'SuccessfulCreate',
    ],
  },
]
