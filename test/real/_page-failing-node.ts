import type {Page} from './_pages.ts'

/** What becomes of a node whose cable is out, and of its pods: "Nodes", "Node Status" and "Taint based Evictions". */
export const failingNode: Page = {
  title: 'A node that is not heard of',
  word: 'failing',
  lab: `
nodes: [{name: worker1}, {name: worker2}]
`,
  files: {
    'web.yaml': `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 1
      tolerations: [{key: node.kubernetes.io/unreachable, operator: Exists, effect: NoExecute, tolerationSeconds: 5}]
      containers: [{name: main, image: luksa/kubia}]
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
`,
  },
  lines: [
    {run: 'kubectl create -f web.yaml', says: 'deployment.apps/web created\nservice/web created'},
    {run: 'kubectl rollout status deployment/web', says: '...\ndeployment "web" successfully rolled out'},
    {
      run: 'kubectl get lease -n kube-node-lease',
      says: `
NAME      HOLDER    AGE
worker1   worker1   {_}
worker2   worker2   {_}`,
      soon: true,
    },
    {
      run: 'kubectl describe node worker2',
      says: `
Name:               worker2
...
Taints:             <none>
Unschedulable:      false
Lease:
  HolderIdentity:  worker2
  AcquireTime:     <unset>
...
  NetworkUnavailable   False   {_}, {_} {_} {_} {_} {_}   {_}, {_} {_} {_} {_} {_}   FlannelIsUp                  Flannel is running on this node
  MemoryPressure       False   {_}, {_} {_} {_} {_} {_}   {_}, {_} {_} {_} {_} {_}   KubeletHasSufficientMemory   kubelet has sufficient memory available
  DiskPressure         False   {_}, {_} {_} {_} {_} {_}   {_}, {_} {_} {_} {_} {_}   KubeletHasNoDiskPressure     kubelet has no disk pressure
  PIDPressure          False   {_}, {_} {_} {_} {_} {_}   {_}, {_} {_} {_} {_} {_}   KubeletHasSufficientPID      kubelet has sufficient PID available
  Ready                True    {_}, {_} {_} {_} {_} {_}   {_}, {_} {_} {_} {_} {_}   KubeletReady                 kubelet is posting ready status
...`,
    },
    {
      run: "kubectl get endpoints web -o jsonpath='{.subsets[0].addresses[*].nodeName}' | xargs -n 1 | sort | xargs",
      says: 'worker1 worker2',
    },
    {run: 'podlab exec node/worker2 -- ip link set eth0 down'},
    {run: 'kubectl wait --for=condition=Ready=Unknown node/worker2 --timeout=59s', says: 'node/worker2 condition met'},
    {
      run: 'kubectl get nodes --no-headers',
      says: `
worker1   Ready      <none>   {_}   {_}
worker2   NotReady   <none>   {_}   {_}`,
    },
    {
      run: 'kubectl describe node worker2',
      says: `
...
Taints:             node.kubernetes.io/unreachable:NoExecute
                    node.kubernetes.io/unreachable:NoSchedule
...
  Ready                Unknown   {_}, {_} {_} {_} {_} {_}   {_}, {_} {_} {_} {_} {_}   NodeStatusUnknown   Kubelet stopped posting node status.
...
  Normal  NodeNotReady             {_}   node-controller  Node worker2 status is now: NodeNotReady`,
      soon: true,
    },
    {
      run: "kubectl get endpointslices -l kubernetes.io/service-name=web -o jsonpath='{.items[0].endpoints[?(@.conditions.ready==true)].nodeName}'",
      says: 'worker1',
      soon: true,
    },
    {
      run: 'kubectl get pods --no-headers -o custom-columns=NODE:.spec.nodeName,GOING:.metadata.deletionGracePeriodSeconds | sort',
      says: `
worker1   <none>
worker1   <none>
worker2   1`,
      soon: true,
    },
    {run: 'podlab exec node/worker2 -- ip link set eth0 up'},
    {run: 'kubectl wait --for=condition=Ready node/worker2 --timeout=50s', says: 'node/worker2 condition met'},
    {
      run: 'kubectl get pods --no-headers -o custom-columns=NODE:.spec.nodeName,GOING:.metadata.deletionGracePeriodSeconds | sort',
      says: `
worker1   <none>
worker1   <none>`,
      soon: true,
    },
    {run: "kubectl get node worker2 -o jsonpath='{.spec.taints}'", says: ''},
    {run: 'kubectl delete node worker2', says: 'node "worker2" deleted'},
    {run: "kubectl get lease -n kube-node-lease -o jsonpath='{.items[*].metadata.name}'", says: 'worker1', soon: true},
  ],
}
