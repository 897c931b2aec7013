import type {Page} from './_pages.ts'

/** The pages "Specifying a Disruption Budget for your Application" and "Safely Drain a Node", with three pods on two nodes. */
export const disruptionBudget: Page = {
  title: 'Specifying a Disruption Budget, and draining a node',
  word: 'budget',
  lab: `
nodes: [{name: worker1}, {name: worker2}]
`,
  files: {
    'zk.yaml': `apiVersion: apps/v1
kind: Deployment
metadata: {name: zk}
spec:
  selector: {matchLabels: {app: zookeeper}}
  replicas: 3
  template:
    metadata: {labels: {app: zookeeper}}
    spec:
      terminationGracePeriodSeconds: 1
      nodeSelector: {kubernetes.io/hostname: worker1}
      containers: [{name: zk, image: luksa/kubia}]
`,
    'zk-pdb.yaml': `apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: zk-pdb}
spec:
  minAvailable: 2
  selector: {matchLabels: {app: zookeeper}}
`,
  },
  lines: [
    {run: 'kubectl apply -f zk.yaml', says: 'deployment.apps/zk created'},
    {run: 'kubectl rollout status deployment/zk', says: '...\ndeployment "zk" successfully rolled out'},
    {run: 'kubectl apply -f zk-pdb.yaml', says: 'poddisruptionbudget.policy/zk-pdb created'},
    {
      run: 'kubectl get poddisruptionbudgets',
      says: `
NAME     MIN AVAILABLE   MAX UNAVAILABLE   ALLOWED DISRUPTIONS   AGE
zk-pdb   2               N/A               1                     {_}`,
      soon: true,
    },
    {
      run: 'kubectl get poddisruptionbudgets zk-pdb -o yaml',
      says: `
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  annotations:
...
  creationTimestamp: {_}
  generation: 1
  name: zk-pdb
...
status:
  conditions:
  - lastTransitionTime: {_}
    message: ""
    observedGeneration: 1
    reason: SufficientPods
    status: "True"
    type: DisruptionAllowed
  currentHealthy: 3
  desiredHealthy: 2
  disruptionsAllowed: 1
  expectedPods: 3
  observedGeneration: 1`,
    },
    {
      run: 'kubectl describe pdb zk-pdb',
      says: `
Name:           zk-pdb
Namespace:      default
Min available:  2
Selector:       app=zookeeper
Status:
    Allowed disruptions:  1
    Current:              3
    Desired:              2
    Total:                3
Events:                   <none>`,
    },
    // The pods may be on worker1 alone: one goes, its successor stays Pending, and the second is not let go.
    {
      run: 'kubectl drain --ignore-daemonsets --timeout=8s worker1',
      fails: 1,
      says: `
...
error when evicting pods/"{stays}" -n "default" (will retry after 5s): Cannot evict pod as it would violate the pod's disruption budget.
...`,
    },
    {
      run: 'kubectl get poddisruptionbudgets',
      says: `
NAME     MIN AVAILABLE   MAX UNAVAILABLE   ALLOWED DISRUPTIONS   AGE
zk-pdb   2               N/A               0                     {_}`,
      soon: true,
    },
    {
      run: "kubectl get pods -l app=zookeeper --no-headers | awk '{print $3}' | sort | xargs",
      says: 'Pending Running Running',
      soon: true,
    },
    {run: 'kubectl uncordon worker1', says: 'node/worker1 uncordoned'},
    {run: 'kubectl rollout status deployment/zk', says: '...\ndeployment "zk" successfully rolled out'},
    {
      run: 'kubectl patch deployment zk --type=json -p \'[{"op":"remove","path":"/spec/template/spec/nodeSelector"}]\'',
      says: 'deployment.apps/zk patched',
    },
    {run: 'kubectl rollout status deployment/zk', says: '...\ndeployment "zk" successfully rolled out'},
    // Now they find room on worker2: the node is drained, one pod after the other.
    {
      run: 'kubectl drain --ignore-daemonsets --timeout=60s worker1',
      says: 'node/worker1 cordoned\n...\nnode/worker1 drained',
    },
    {
      run: "kubectl get pods -l app=zookeeper -o jsonpath='{.items[*].spec.nodeName}'",
      says: 'worker2 worker2 worker2',
      soon: true,
    },
    {run: 'kubectl uncordon worker1', says: 'node/worker1 uncordoned'},
  ],
}
