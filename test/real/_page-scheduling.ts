import type {Page} from './_pages.ts'

const pod = (name: string, spec: string) => `apiVersion: v1
kind: Pod
metadata: {name: ${name}, labels: {app: ${name}}}
spec:
  terminationGracePeriodSeconds: 0
${spec}
  containers: [{name: main, image: luksa/kubia}]
`

/** The pages "Assigning Pods to Nodes", "Taints and Tolerations" and "Pod Topology Spread Constraints", by what `describe` says of pods that wait. */
export const scheduling: Page = {
  title: 'Assigning pods to nodes, and why a pod waits',
  word: 'scheduling',
  lab: `
nodes: [{name: worker1}, {name: worker2}]
`,
  files: {
    'ssd.yaml': pod('nginx', '  nodeSelector: {disktype: ssd}'),
    'huge.yaml': `apiVersion: v1
kind: Pod
metadata: {name: huge}
spec:
  containers: [{name: main, image: luksa/kubia, resources: {requests: {cpu: "5000", memory: 1Mi}}}]
`,
    'apart.yaml': `apiVersion: apps/v1
kind: Deployment
metadata: {name: redis-cache}
spec:
  replicas: 3
  selector: {matchLabels: {app: store}}
  template:
    metadata: {labels: {app: store}}
    spec:
      terminationGracePeriodSeconds: 0
      affinity:
        podAntiAffinity:
          requiredDuringSchedulingIgnoredDuringExecution:
          - labelSelector: {matchExpressions: [{key: app, operator: In, values: [store]}]}
            topologyKey: kubernetes.io/hostname
      containers: [{name: redis-server, image: luksa/kubia}]
`,
    'beside.yaml': pod(
      'web',
      `  affinity:
    podAffinity:
      requiredDuringSchedulingIgnoredDuringExecution:
      - labelSelector: {matchLabels: {app: nginx}}
        topologyKey: kubernetes.io/hostname`,
    ),
    'spread.yaml': `apiVersion: apps/v1
kind: Deployment
metadata: {name: spread}
spec:
  replicas: 4
  selector: {matchLabels: {app: spread}}
  template:
    metadata: {labels: {app: spread}}
    spec:
      terminationGracePeriodSeconds: 0
      topologySpreadConstraints:
      - {maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {app: spread}}}
      containers: [{name: main, image: luksa/kubia}]
`,
  },
  lines: [
    {run: 'kubectl create -f ssd.yaml', says: 'pod/nginx created'},
    {
      run: 'kubectl describe pod nginx',
      says: `
Name:             nginx
...
Status:           Pending
...
Conditions:
  Type           Status
  PodScheduled   False
...
Node-Selectors:  disktype=ssd
...
Events:
  Type     Reason            Age   From               Message
  ----     ------            ----  ----               -------
  Warning  FailedScheduling  {_}   default-scheduler  0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector. preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.`,
      soon: true,
    },
    {run: 'kubectl label nodes worker2 disktype=ssd', says: 'node/worker2 labeled'},
    {run: 'kubectl wait --for=condition=Ready pod/nginx --timeout=50s', says: 'pod/nginx condition met'},
    {
      run: 'kubectl describe pod nginx',
      says: `
...
Node:             worker2/{_}
...
  Warning  FailedScheduling  {_}   default-scheduler  0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector. preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.
  Normal   Scheduled         {_}   default-scheduler  Successfully assigned default/nginx to worker2
...`,
    },
    {run: 'kubectl create -f beside.yaml', says: 'pod/web created'},
    {run: 'kubectl wait --for=condition=Ready pod/web --timeout=50s', says: 'pod/web condition met'},
    {run: "kubectl get pod web -o jsonpath='{.spec.nodeName}'", says: 'worker2'},
    {run: 'kubectl create -f huge.yaml', says: 'pod/huge created'},
    {
      run: 'kubectl get events --field-selector involvedObject.name=huge',
      says: `
LAST SEEN   TYPE      REASON             OBJECT     MESSAGE
{_}         Warning   FailedScheduling   pod/huge   0/2 nodes are available: 2 Insufficient cpu. preemption: 0/2 nodes are available: 2 No preemption victims found for incoming pod.`,
      soon: true,
    },
    {run: 'kubectl create -f apart.yaml', says: 'deployment.apps/redis-cache created'},
    {
      run: "kubectl get pods -l app=store -o jsonpath='{.items[*].spec.nodeName}' | xargs -n 1 | sort | xargs",
      says: 'worker1 worker2',
      soon: true,
    },
    {
      run: 'kubectl get pods -l app=store --field-selector status.phase=Pending -o jsonpath="{.items[*].status.conditions[0].message}"',
      says: "0/2 nodes are available: 2 node(s) didn't match pod anti-affinity rules. preemption: 0/2 nodes are available: 2 No preemption victims found for incoming pod.",
      soon: true,
    },
    {run: 'kubectl create -f spread.yaml', says: 'deployment.apps/spread created'},
    {run: 'kubectl rollout status deployment/spread', says: '...\ndeployment "spread" successfully rolled out'},
    {
      run: "kubectl get pods -l app=spread -o jsonpath='{.items[*].spec.nodeName}' | xargs -n 1 | sort | xargs",
      says: 'worker1 worker1 worker2 worker2',
    },
    {run: 'kubectl taint nodes worker1 key1=value1:NoExecute', says: 'node/worker1 tainted'},
    {
      run: "kubectl get pods -o jsonpath='{.items[*].spec.nodeName}' | xargs -n 1 | sort -u | xargs",
      says: 'worker2',
      soon: true,
    },
    {
      run: 'kubectl get events --field-selector reason=TaintManagerEviction',
      says: `
...
{_}   Normal   TaintManagerEviction   {_}   Marking for deletion Pod {_}
...`,
    },
    {
      run: 'kubectl get pods -l app=spread --field-selector status.phase=Pending -o jsonpath="{.items[0].status.conditions[0].message}"',
      says: "0/2 nodes are available: 1 node(s) didn't match pod topology spread constraints, 1 node(s) had untolerated taint {key1: value1}. preemption: 0/2 nodes are available: 1 No preemption victims found for incoming pod, 1 Preemption is not helpful for scheduling.",
      soon: true,
    },
    {run: 'kubectl taint nodes worker1 key1=value1:NoExecute-', says: 'node/worker1 untainted'},
    {run: 'kubectl rollout status deployment/spread', says: '...\ndeployment "spread" successfully rolled out'},
  ],
}
