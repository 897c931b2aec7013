/** The files that the lines name. */
export const files: Readonly<Record<string, string>> = {
  'kubia-replicaset.yaml': `apiVersion: apps/v1beta2
kind: ReplicaSet
metadata: {name: kubia}
spec:
  replicas: 3
  selector: {matchLabels: {app: kubia}}
  template:
    metadata: {labels: {app: kubia}}
    spec: {containers: [{name: kubia, image: luksa/kubia, ports: [{containerPort: 8080}]}]}
`,
  'kubia-svc.yaml': `apiVersion: v1
kind: Service
metadata: {name: kubia}
spec:
  clusterIP: "{ip}"
  selector: {app: kubia}
  ports: [{port: 80, targetPort: 8080}]
`,
  'client.yaml': `apiVersion: v1
kind: Pod
metadata: {name: client, labels: {run: client}}
spec:
  nodeName: "{node}"
  terminationGracePeriodSeconds: 0
  containers: [{name: main, image: curlimages/curl, command: [sleep, infinity]}]
`,
  'settings.yaml': `apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {colour: blue}
`,
  'settings-red.yaml': `apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {colour: red}
`,
  'typo.yaml': `apiVersion: v1
kind: Pod
metadata: {name: typo}
spec:
  containers: [{name: main, imagee: nginx, image: nginx}]
`,
  'hello.txt': 'hello\n',
}
