import type {Page} from './_pages.ts'

const wholeNames = 'nslookup of busybox 1.35 takes a name with a dot for a whole one'
const noProcess = 'kube-proxy and kubelet are parts of podlab, and no processes of a node'

const threePods = `
NAME    READY   STATUS    RESTARTS   AGE
{pod1}  1/1     Running   0          {_}
{pod2}  1/1     Running   0          {_}
{pod3}  1/1     Running   0          {_}`

/* From within a pod: the page's interactive busybox, which is kept. */
const inPod = (line: string) => `kubectl exec shell -- sh -c '${line}'`

/** The page "Debug Services" of the Kubernetes documentation. */
export const debugServices: Page = {
  title: 'Debug Services',
  word: 'debug',
  lab: `
nodes: [{name: worker1, address: 10.0.20.11, podSubnet: 172.17.12.0/24}, {name: worker2, address: 10.0.20.12, podSubnet: 172.17.13.0/24}]
`,
  files: {},
  lines: [
    {
      run: 'kubectl run -it --rm --restart=Never busybox --image=gcr.io/google-containers/busybox sh',
      input: 'echo a shell in $HOSTNAME\nexit\n',
      says: '...\na shell in busybox\n...',
    },
    {run: 'kubectl run shell --image=gcr.io/google-containers/busybox -- sleep infinity', says: 'pod/shell created'},
    {
      run: 'kubectl create deployment hostnames --image=registry.k8s.io/serve_hostname',
      says: 'deployment.apps/hostnames created',
    },
    {run: 'kubectl scale deployment hostnames --replicas=3', says: 'deployment.apps/hostnames scaled'},
    {run: 'kubectl get pods -l app=hostnames', says: threePods, soon: true},
    {
      run: `kubectl get pods -l app=hostnames \\
    -o go-template='{{range .items}}{{.status.podIP}}{{"\\n"}}{{end}}'`,
      says: '{ip1}\n{ip2}\n{ip3}',
    },
    {
      run: inPod('for ep in {ip1}:9376 {ip2}:9376 {ip3}:9376; do wget -qO- $ep; echo; done'),
      says: '{pod1}\n{pod2}\n{pod3}',
      soon: true,
    },
    {
      run: inPod('wget -O- hostnames'),
      fails: 1,
      says: "wget: bad address 'hostnames'\ncommand terminated with exit code 1",
    },
    {run: 'kubectl get svc hostnames', fails: 1, says: 'Error from server (NotFound): services "hostnames" not found'},
    {run: 'kubectl expose deployment hostnames --port=80 --target-port=9376', says: 'service/hostnames exposed'},
    {
      run: 'kubectl get svc hostnames',
      says: `
NAME        TYPE        CLUSTER-IP    EXTERNAL-IP   PORT(S)   AGE
hostnames   ClusterIP   {clusterip}   <none>        80/TCP    {_}`,
    },
    {
      run: inPod('nslookup hostnames | grep -A 1 ^Name:'),
      says: 'Name: hostnames.default.svc.cluster.local\nAddress: {clusterip}',
      soon: true,
    },
    {run: inPod('nslookup hostnames.default'), skip: wholeNames},
    {run: inPod('wget -qO- hostnames.default; echo'), says: 'hostnames-{_}', soon: true},
    {
      run: inPod('nslookup hostnames.default.svc.cluster.local'),
      says: `
Server:    10.96.0.10
Address:   10.96.0.10:53
Name:      hostnames.default.svc.cluster.local
Address:   {clusterip}`,
    },
    {
      run: 'podlab exec node/worker1 -- nslookup hostnames.default.svc.cluster.local 10.96.0.10',
      says: `
Server:    10.96.0.10
Address:   10.96.0.10#53
Name:      hostnames.default.svc.cluster.local
Address:   {clusterip}`,
    },
    {
      run: inPod('cat /etc/resolv.conf'),
      says: 'search default.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5',
    },
    {run: inPod('nslookup kubernetes.default'), skip: wholeNames},
    {
      run: inPod('nslookup kubernetes.default.svc.cluster.local | grep -A 1 ^Name:'),
      says: 'Name: kubernetes.default.svc.cluster.local\nAddress: 10.96.0.1',
    },
    {
      run: inPod('for i in $(seq 1 3); do wget -qO- {clusterip}:80; echo; done'),
      says: 'hostnames-{_}\nhostnames-{_}\nhostnames-{_}',
      soon: true,
    },
    {
      run: 'kubectl get service hostnames -o json',
      says: `
{
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {
        "creationTimestamp": "{_}",
        "labels": {
            "app": "hostnames"
        },
        "name": "hostnames",
        "namespace": "default",
        "resourceVersion": "{_}",
        "uid": "{_}"
    },
    "spec": {
        "clusterIP": "{clusterip}",
        "clusterIPs": [
            "{clusterip}"
        ],
        "internalTrafficPolicy": "Cluster",
        "ipFamilies": [
            "IPv4"
        ],
        "ipFamilyPolicy": "SingleStack",
        "ports": [
            {
                "port": 80,
                "protocol": "TCP",
                "targetPort": 9376
            }
        ],
        "selector": {
            "app": "hostnames"
        },
        "sessionAffinity": "None",
        "type": "ClusterIP"
    },
    "status": {
        "loadBalancer": {}
    }
}`,
    },
    {run: 'kubectl get pods -l app=hostnames', says: threePods},
    {
      run: 'kubectl get endpoints hostnames --warnings-as-errors=false 2>/dev/null',
      says: 'NAME ENDPOINTS AGE\nhostnames   {_}:9376,{_}:9376,{_}:9376   {_}',
    },
    {
      run: 'kubectl get endpointslices -l kubernetes.io/service-name=hostnames',
      says: 'NAME ADDRESSTYPE PORTS ENDPOINTS AGE\n{_}   IPv4   9376   {_}   {_}',
    },
    {
      run: inPod('for ep in {ip1}:9376 {ip2}:9376 {ip3}:9376; do wget -qO- $ep; echo; done'),
      says: '{pod1}\n{pod2}\n{pod3}',
    },
    {run: 'ps auxw | grep kube-proxy', skip: noProcess},
    {
      run: 'podlab exec node/worker1 -- iptables-save -t nat | grep hostnames',
      says: `
...
-A KUBE-SEP-{sep1} -s {_} -m comment --comment "default/hostnames" -j KUBE-MARK-MASQ
-A KUBE-SEP-{sep1} -p tcp -m comment --comment "default/hostnames" -m tcp -j DNAT --to-destination {_}:9376
...
-A KUBE-SERVICES -d {clusterip}/32 -p tcp -m comment --comment "default/hostnames cluster IP" -m tcp --dport 80 -j KUBE-SVC-{svc}
...
-A KUBE-SVC-{svc} -m comment --comment "default/hostnames -> {_}:9376" -m statistic --mode random --probability 0.33333333349 -j KUBE-SEP-{_}
-A KUBE-SVC-{svc} -m comment --comment "default/hostnames -> {_}:9376" -m statistic --mode random --probability 0.50000000000 -j KUBE-SEP-{_}
-A KUBE-SVC-{svc} -m comment --comment "default/hostnames -> {_}:9376" -j KUBE-SEP-{_}`,
    },
    {run: 'ipvsadm -ln', skip: 'the lab is in iptables mode'},
    {run: 'podlab exec node/worker1 -- curl -s {clusterip}:80', says: 'hostnames-{_}'},
    {run: 'ps auxw | grep kubelet', skip: noProcess},
    {
      run: "podlab exec node/worker1 -- sh -c 'for intf in /sys/devices/virtual/net/docker0/brif/*; do cat $intf/hairpin_mode; done | sort -u'",
      says: '1',
    },
  ],
}
