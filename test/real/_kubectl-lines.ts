/** What is expected of an output: all of it, parts in their order, or a pattern. */
export type Said = string | readonly string[] | RegExp

/** A command line of kubectl, and what it says. `{namespace}`, `{node}`, `{ip}` stand for the client's own. */
export type CommandLine = {
  readonly run: string
  /** On standard output; of what fails, on standard error. */
  readonly says?: Said
  /** What an older kubectl says instead. */
  readonly older?: {readonly below: number; readonly says: Said}
  /** The exit code of what is to fail. */
  readonly fails?: number
  readonly input?: string
  readonly environment?: Readonly<Record<string, string>>
  /** What does not end by itself is ended once it has said this. */
  readonly until?: RegExp
  /** Done while it runs, after it has said something. */
  readonly meanwhile?: {readonly after: RegExp; readonly line: CommandLine}
  /** kubectl older than this minor version cannot do it, and why. */
  readonly since?: {readonly minor: number; readonly reason: string}
}

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

/** The lines in the order in which they are played. */
export const lines: readonly CommandLine[] = [
  // create
  {run: 'kubectl create namespace {namespace}', says: 'namespace/{namespace} created'},
  {run: 'kubectl create -f kubia-replicaset.yaml', says: 'replicaset.apps/kubia created'},
  {run: 'kubectl create -f kubia-svc.yaml', says: 'service/kubia created'},
  {run: 'kubectl create -f client.yaml', says: 'pod/client created'},
  {
    run: 'kubectl create -f client.yaml',
    fails: 1,
    says: 'Error from server (AlreadyExists): error when creating "client.yaml": pods "client" already exists',
  },
  {run: 'kubectl create configmap made --from-literal=a=1', says: 'configmap/made created'},
  {run: 'kubectl create secret generic hidden --from-literal=word=please', says: 'secret/hidden created'},
  {run: 'kubectl create serviceaccount robot', says: 'serviceaccount/robot created'},
  {run: 'kubectl create service clusterip plain --tcp=80:8080', says: 'service/plain created'},
  {run: 'kubectl create deployment web --image=nginx --replicas=2 --port=80', says: 'deployment.apps/web created'},
  {
    run: 'kubectl create -f typo.yaml',
    fails: 1,
    says: ['strict decoding error: unknown field "spec.containers[0].imagee"'],
    older: {below: 25, says: ['unknown field "imagee" in io.k8s.api.core.v1.Container']},
  },

  // wait and watch
  {run: 'kubectl get pods -l app=kubia --watch', until: /(kubia-NAME {2}1\/1 {2}Running[\s\S]*){3}/},
  {run: 'kubectl wait --for=condition=Ready pod/client', says: 'pod/client condition met'},
  {
    run: 'kubectl wait --for=condition=Ready pod -l app=kubia',
    says: 'pod/kubia-NAME condition met\npod/kubia-NAME condition met\npod/kubia-NAME condition met',
  },
  {run: 'kubectl wait --for=condition=Available deployment/web', says: 'deployment.apps/web condition met'},
  {run: 'kubectl rollout status deployment/web', says: 'deployment "web" successfully rolled out'},

  // get
  {
    run: 'kubectl get pods -l app=kubia',
    says: `NAME  READY  STATUS  RESTARTS  AGE
kubia-NAME  1/1  Running  0  AGE
kubia-NAME  1/1  Running  0  AGE
kubia-NAME  1/1  Running  0  AGE`,
  },
  {
    run: 'kubectl get pod client -o wide',
    says: `NAME  READY  STATUS  RESTARTS  AGE  IP  NODE  NOMINATED NODE  READINESS GATES
client  1/1  Running  0  AGE  POD-IP  {node}  <none>  <none>`,
  },
  {run: 'kubectl get po -l app=kubia -o name', says: 'pod/kubia-NAME\npod/kubia-NAME\npod/kubia-NAME'},
  {
    run: 'kubectl get pod client -o yaml',
    says: ['apiVersion: v1\n', 'kind: Pod\n', 'nodeName: {node}\n', 'phase: Running\n'],
  },
  {run: 'kubectl get pods -o json', says: ['"apiVersion": "v1"', '"kind": "Pod"', '"kind": "List"']},
  {run: "kubectl get pod client -o 'jsonpath={.spec.nodeName}'", says: '{node}'},
  {
    run: "kubectl get pods -l run=client -o 'custom-columns=POD:.metadata.name,IMAGE:.spec.containers[*].image'",
    says: 'POD  IMAGE\nclient  curlimages/curl',
  },
  {run: "kubectl get pod client -o 'go-template={{.metadata.name}} {{.status.phase}}'", says: 'client Running'},
  {run: 'kubectl get pod client --show-labels --no-headers', says: 'client  1/1  Running  0  AGE  run=client'},
  {
    run: 'kubectl get pod client -L run',
    says: 'NAME  READY  STATUS  RESTARTS  AGE  RUN\nclient  1/1  Running  0  AGE  client',
  },
  {
    run: 'kubectl get pods --field-selector spec.nodeName={node},metadata.name=client -o name',
    says: 'pod/client',
  },
  {
    run: 'kubectl get pods -A --field-selector metadata.namespace={namespace},metadata.name=client',
    says: ['NAMESPACE  NAME', '{namespace}  client'],
  },
  {run: 'kubectl get svc --sort-by=.metadata.name -o name', says: 'service/kubia\nservice/plain'},
  {
    run: 'kubectl get svc kubia',
    says: 'NAME  TYPE  CLUSTER-IP  EXTERNAL-IP  PORT(S)  AGE\nkubia  ClusterIP  {ip}  <none>  80/TCP  AGE',
  },
  {
    run: 'kubectl get endpoints kubia',
    says: 'NAME  ENDPOINTS  AGE\nkubia  POD-IP:8080,POD-IP:8080,POD-IP:8080  AGE',
  },
  {
    run: 'kubectl get rs,deploy -o wide',
    says: [
      'replicaset.apps/kubia  3  3  3  AGE  kubia  luksa/kubia  app=kubia',
      'deployment.apps/web  2/2  2  2  AGE  nginx  nginx  app=web',
    ],
  },
  {
    run: 'kubectl get all -l app=web',
    says: ['pod/web-HASH-NAME  1/1  Running', 'deployment.apps/web', 'replicaset.apps/web-HASH  2  2  2'],
  },
  {
    run: 'kubectl get node {node}',
    says: /^NAME {2}STATUS {2}ROLES {2}AGE {2}VERSION\nv1-\d+-node {2}Ready {2}\S+ {2}AGE {2}v1\.32\.0\n$/,
  },
  {run: 'kubectl get ns {namespace}', says: 'NAME  STATUS  AGE\n{namespace}  Active  AGE'},
  {run: 'kubectl get pod nobody', fails: 1, says: 'Error from server (NotFound): pods "nobody" not found'},
  {run: 'kubectl get pods -n nowhere', says: ''},
  {run: 'kubectl get pods --field-selector spec.foo=1', fails: 1, says: ['field label not supported: spec.foo']},
  {run: 'kubectl get ruin', fails: 1, says: 'error: the server doesn\'t have a resource type "ruin"'},
  {run: 'kubectl get --raw /readyz', says: 'ok'},
  {
    run: 'kubectl get events --field-selector involvedObject.name=kubia',
    says: ['SuccessfulCreate', 'replicaset/kubia', 'Created pod: kubia-NAME'],
  },

  // describe
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

  // programs and streams
  {run: 'kubectl exec client -- curl -s http://{ip}', says: "You've hit kubia-NAME"},
  {run: "kubectl exec client -- sh -c 'exit 7'", fails: 7, says: 'command terminated with exit code 7'},
  {run: 'kubectl exec -i client -- cat', input: 'through the pipe\n', says: 'through the pipe'},
  {run: 'kubectl logs -l app=kubia --tail=1', says: /^(Kubia server starting\.\.\.|Received request from .*)\n/},
  {run: 'kubectl cp hello.txt client:/tmp/hello.txt', says: ''},
  {run: 'kubectl exec client -- cat /tmp/hello.txt', says: 'hello'},
  {run: 'kubectl cp client:/tmp/hello.txt back.txt', says: /^(tar: Removing leading .* from member names\n)?$/},
  {
    run: 'kubectl port-forward svc/kubia :80',
    until: /Handling connection for \d+/,
    meanwhile: {
      after: /Forwarding from 127\.0\.0\.1:\d+ -> 8080/,
      line: {run: 'curl -s http://127.0.0.1:{port}', says: "You've hit kubia-NAME"},
    },
  },
  {
    // What it prints before kubectl has attached would be lost, as on a cluster: it waits for input.
    run: 'kubectl run tool --image=busybox --restart=Never -i --rm --quiet -- cat',
    input: 'from a pod\n',
    says: 'from a pod',
  },
  {
    run: "kubectl run talker --image=busybox --restart=Never -- sh -c 'while sleep 0.2; do echo still here; done'",
    says: 'pod/talker created',
  },
  {run: 'kubectl wait --for=condition=Ready pod/talker', says: 'pod/talker condition met'},
  {run: 'kubectl attach talker', until: /still here/},
  {run: 'kubectl logs talker --follow --since=10s', until: /still here/},
  {run: 'kubectl delete pod talker --now', says: ['pod "talker"', 'deleted']},

  // change
  {run: 'kubectl scale rs kubia --replicas=2', says: 'replicaset.apps/kubia scaled'},
  {
    run: 'kubectl scale rs kubia --current-replicas=7 --replicas=1',
    fails: 1,
    says: ['Expected replicas to be 7, was 2'],
  },
  {run: 'kubectl label pod client tier=test', says: /^pod\/client labeled\n$/},
  {
    run: 'kubectl label pod client tier=other',
    fails: 1,
    says: ["'tier' already has a value (test), and --overwrite is false"],
  },
  {run: 'kubectl annotate pod client note=mine', says: /^pod\/client annotated?\n$/},
  {run: 'kubectl patch svc plain -p \'{"metadata":{"labels":{"by":"strategic"}}}\'', says: 'service/plain patched'},
  {
    run: 'kubectl patch svc plain --type=merge -p \'{"metadata":{"labels":{"by":"merge"}}}\'',
    says: 'service/plain patched',
  },
  {
    run: 'kubectl patch svc plain --type=json -p \'[{"op":"replace","path":"/metadata/labels/by","value":"json"}]\'',
    says: 'service/plain patched',
  },
  {run: "kubectl get svc plain -o 'jsonpath={.metadata.labels.by}'", says: 'json'},
  {
    run: 'kubectl patch svc plain -p \'{"metadata":{"labels":{"by":"json"}}}\'',
    says: 'service/plain patched (no change)',
  },
  {
    run: 'kubectl edit svc plain',
    environment: {KUBE_EDITOR: "sed -i 's/by: json/by: sed/'"},
    says: 'service/plain edited',
  },
  {run: "kubectl get svc plain -o 'jsonpath={.metadata.labels.by}'", says: 'sed'},
  {run: 'kubectl apply -f settings.yaml', says: 'configmap/settings created'},
  {run: 'kubectl apply -f settings.yaml', says: 'configmap/settings unchanged'},
  {
    run: 'kubectl diff -f settings-red.yaml',
    fails: 1,
    says: '',
  },
  {run: 'kubectl apply -f settings-red.yaml', says: 'configmap/settings configured'},
  {run: "kubectl get cm settings -o 'jsonpath={.data.colour}'", says: 'red'},
  {run: 'kubectl replace -f settings-red.yaml', says: 'configmap/settings replaced'},
  {run: 'kubectl delete -f settings.yaml', says: ['configmap "settings"', 'deleted']},

  // rollouts
  {run: 'kubectl set image deployment/web nginx=httpd', says: 'deployment.apps/web image updated'},
  {run: 'kubectl rollout status deployment/web', says: ['deployment "web" successfully rolled out']},
  {
    run: 'kubectl rollout history deployment/web',
    says: ['deployment.apps/web', 'REVISION  CHANGE-CAUSE', '1  <none>', '2  <none>'],
  },
  {run: 'kubectl rollout undo deployment/web', says: 'deployment.apps/web rolled back'},
  {run: "kubectl get deployment web -o 'jsonpath={.spec.template.spec.containers[0].image}'", says: 'nginx'},
  {run: 'kubectl rollout pause deployment/web', says: 'deployment.apps/web paused'},
  {run: 'kubectl rollout resume deployment/web', says: 'deployment.apps/web resumed'},
  {run: 'kubectl rollout restart deployment/web', says: 'deployment.apps/web restarted'},
  {run: 'kubectl rollout status deployment/web', says: ['deployment "web" successfully rolled out']},
  {run: 'kubectl expose deployment web --port=80', says: 'service/web exposed'},
  {
    run: 'kubectl autoscale deployment web --max=5',
    fails: 1,
    says: ['podlab has no horizontalpodautoscalers', 'kubectl scale'],
  },

  // the cluster
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

  // delete
  {run: 'kubectl delete po -l app=kubia', says: /^(pod "kubia-NAME" (from \S+ namespace )?deleted.*\n){2}$/},
  {run: 'kubectl get pods -l app=kubia --watch', until: /(kubia-NAME {2}1\/1 {2}Running[\s\S]*){2}/},
  {
    run: 'kubectl get events --field-selector reason=Killing',
    says: ['Normal  Killing  pod/kubia-NAME  Stopping container kubia'],
  },
  {run: 'kubectl delete rs kubia', says: ['replicaset.apps "kubia"', 'deleted']},
  {
    run: 'kubectl delete deployment,svc,cm --all',
    says: ['deployment.apps "web"', 'service "kubia"', 'configmap "made"'],
  },
  {run: 'kubectl delete namespace {namespace}', says: 'namespace "{namespace}" deleted'},
]
