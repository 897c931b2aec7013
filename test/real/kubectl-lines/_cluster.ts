import type {CommandLine} from './_line.ts'

/** The cluster itself, and its nodes. */
export const cluster: readonly CommandLine[] = [
  {
    run: 'kubectl explain pod.spec.nodeName',
    says: ['nodeName', 'The node that the pod runs on'],
  },
  {run: 'kubectl api-versions', says: ['apps/v1\n', 'networking.k8s.io/v1\n', 'v1\n']},
  {run: 'kubectl api-resources --namespaced=false', says: ['namespaces  ns', 'nodes  no']},
  {run: 'kubectl cluster-info', says: /Kubernetes (control plane|master).*is running at.*https:\/\/127\.0\.0\.1:\d+/},
  {run: 'kubectl version', says: /v1\.32\.0/},
  {run: 'kubectl auth can-i create pods', says: 'yes'},
  {
    run: 'kubectl auth whoami',
    says: ['Username  kubernetes-admin', 'Groups  [system:masters system:authenticated]'],
    since: {minor: 27, reason: 'the command is younger'},
  },
  {
    run: 'kubectl create token robot',
    says: /^eyJ[\w-]+\.[\w-]+\.[\w-]+$/,
    since: {minor: 24, reason: 'the command is younger'},
  },
  {run: 'kubectl top pod client', says: /^NAME {2}CPU\(cores\) {2}MEMORY\(bytes\)\nclient {2}\d+m {2}\d+Mi\n$/},
  {run: 'kubectl top node {node}', says: ['NAME  CPU(cores)', '{node}']},
  {run: 'kubectl cordon {node}', says: 'node/{node} cordoned'},
  {run: 'kubectl get node {node} --no-headers', says: ['Ready,SchedulingDisabled']},
  {run: 'kubectl taint node {node} dedicated=test:NoSchedule', says: 'node/{node} tainted'},
  {run: 'kubectl taint node {node} dedicated-', says: 'node/{node} untainted'},
  {
    run: 'kubectl drain {node} --force --pod-selector=run=client',
    says: ['evicting pod {namespace}/client', 'pod/client evicted', '{node}'],
  },
  {run: 'kubectl uncordon {node}', says: 'node/{node} uncordoned'},
]
