import type {Page} from './_pages.ts'

/* A page of nginx that has such a line. */
const page = (line: string) => `...\n${line}\n...`

/** The page "Connecting Applications with Services" of the Kubernetes documentation. */
export const connectApplications: Page = {
  title: 'Connecting Applications with Services',
  word: 'connect',
  lab: `
nodes: [{name: worker1, address: 10.0.20.11, podSubnet: 172.17.12.0/24}, {name: worker2, address: 10.0.20.12, podSubnet: 172.17.13.0/24}]
clients: [{name: laptop, address: 10.0.20.99}]
`,
  files: {
    'run-my-nginx.yaml': `apiVersion: apps/v1
kind: Deployment
metadata: {name: my-nginx}
spec:
  selector: {matchLabels: {run: my-nginx}}
  replicas: 2
  template:
    metadata: {labels: {run: my-nginx}}
    spec:
      containers:
      - {name: my-nginx, image: nginx, ports: [{containerPort: 80}]}
`,
    'default.conf': `server {
        listen 80 default_server;
        listen [::]:80 default_server ipv6only=on;

        listen 443 ssl;

        root /usr/share/nginx/html;
        index index.html;

        server_name localhost;
        ssl_certificate /etc/nginx/ssl/tls.crt;
        ssl_certificate_key /etc/nginx/ssl/tls.key;

        location / {
                try_files $uri $uri/ =404;
        }
}
`,
    'nginx-secure-app.yaml': `apiVersion: v1
kind: Service
metadata: {name: my-nginx, labels: {run: my-nginx}}
spec:
  type: NodePort
  ports:
  - {port: 8080, targetPort: 80, protocol: TCP, name: http}
  - {port: 443, protocol: TCP, name: https}
  selector: {run: my-nginx}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: my-nginx}
spec:
  selector: {matchLabels: {run: my-nginx}}
  replicas: 1
  template:
    metadata: {labels: {run: my-nginx}}
    spec:
      volumes:
      - {name: secret-volume, secret: {secretName: nginxsecret}}
      - {name: configmap-volume, configMap: {name: nginxconfigmap}}
      containers:
      - name: nginxhttps
        image: bprashanth/nginxhttps:1.0
        ports: [{containerPort: 443}, {containerPort: 80}]
        volumeMounts:
        - {mountPath: /etc/nginx/ssl, name: secret-volume}
        - {mountPath: /etc/nginx/conf.d, name: configmap-volume}
`,
    'curlpod.yaml': `apiVersion: apps/v1
kind: Deployment
metadata: {name: curl-deployment}
spec:
  selector: {matchLabels: {app: curlpod}}
  replicas: 1
  template:
    metadata: {labels: {app: curlpod}}
    spec:
      volumes: [{name: secret-volume, secret: {secretName: nginxsecret}}]
      containers:
      - name: curlpod
        command: [sh, -c, "while true; do sleep 1; done"]
        image: radial/busyboxplus:curl
        volumeMounts: [{mountPath: /etc/nginx/ssl, name: secret-volume}]
`,
  },
  lines: [
    {run: 'kubectl apply -f ./run-my-nginx.yaml', says: 'deployment.apps/my-nginx created'},
    {
      run: 'kubectl get pods -l run=my-nginx -o wide',
      says: `
NAME   READY   STATUS    RESTARTS   AGE   IP      NODE   NOMINATED NODE   READINESS GATES
{old1} 1/1     Running   0          {_}   {ip1}   {_}    <none>           <none>
{old2} 1/1     Running   0          {_}   {ip2}   {_}    <none>           <none>`,
      soon: true,
    },
    {
      run: 'kubectl get pods -l run=my-nginx -o custom-columns=POD_IP:.status.podIPs',
      says: 'POD_IP\n[map[ip:{ip1}]]\n[map[ip:{ip2}]]',
    },
    {run: 'podlab exec node/worker1 -- curl -s http://{ip1}', says: page('<h1>Welcome to nginx!</h1>')},
    {run: 'podlab exec node/worker1 -- curl -s http://{ip2}', says: page('<h1>Welcome to nginx!</h1>')},
    {run: 'kubectl expose deployment/my-nginx', says: 'service/my-nginx exposed'},
    {
      run: 'kubectl get svc my-nginx',
      says: `
NAME       TYPE        CLUSTER-IP   EXTERNAL-IP   PORT(S)   AGE
my-nginx   ClusterIP   {clusterip}  <none>        80/TCP    {_}`,
    },
    {
      run: 'kubectl describe svc my-nginx',
      says: `
Name:                     my-nginx
Namespace:                default
Labels:                   <none>
Annotations:              <none>
Selector:                 run=my-nginx
Type:                     ClusterIP
IP Family Policy:         SingleStack
IP Families:              IPv4
IP:                       {clusterip}
IPs:                      {clusterip}
Port:                     <unset>  80/TCP
TargetPort:               80/TCP
Endpoints:                {first}:80,{second}:80
Session Affinity:         None
Internal Traffic Policy:  Cluster
Events:                   <none>`,
      soon: true,
    },
    {
      run: 'kubectl get endpointslices -l kubernetes.io/service-name=my-nginx',
      says: `
NAME    ADDRESSTYPE   PORTS   ENDPOINTS       AGE
{slice} IPv4          80      {_}             {_}`,
    },
    {
      run: 'podlab exec node/worker2 -- curl -s http://{clusterip}:80',
      says: page('<h1>Welcome to nginx!</h1>'),
      soon: true,
    },
    {
      run: 'kubectl exec {old1} -- printenv | grep SERVICE | sort',
      says: 'KUBERNETES_SERVICE_HOST=10.96.0.1\nKUBERNETES_SERVICE_PORT=443\nKUBERNETES_SERVICE_PORT_HTTPS=443',
    },
    {
      run: 'kubectl scale deployment my-nginx --replicas=0; kubectl scale deployment my-nginx --replicas=2;',
      says: 'deployment.apps/my-nginx scaled\ndeployment.apps/my-nginx scaled',
    },
    {
      run: 'kubectl get pods -l run=my-nginx -o wide',
      says: `
NAME   READY   STATUS    RESTARTS   AGE   IP      NODE   NOMINATED NODE   READINESS GATES
{new1} 1/1     Running   0          {_}   {ip3}   {_}    <none>           <none>
{new2} 1/1     Running   0          {_}   {ip4}   {_}    <none>           <none>`,
      soon: true,
    },
    {
      run: 'kubectl exec {new1} -- printenv | grep SERVICE | sort',
      says: `
KUBERNETES_SERVICE_HOST=10.96.0.1
KUBERNETES_SERVICE_PORT=443
KUBERNETES_SERVICE_PORT_HTTPS=443
MY_NGINX_SERVICE_HOST={clusterip}
MY_NGINX_SERVICE_PORT=80`,
    },
    {
      run: 'kubectl get services kube-dns --namespace=kube-system',
      says: `
NAME       TYPE        CLUSTER-IP   EXTERNAL-IP   PORT(S)                  AGE
kube-dns   ClusterIP   10.96.0.10   <none>        53/UDP,53/TCP,9153/TCP   {_}`,
    },
    {
      run: 'kubectl run curl --image=radial/busyboxplus:curl -i --tty --rm',
      input: 'nslookup my-nginx\nexit\n',
      says: `
...
Name:    my-nginx.default.svc.cluster.local
Address: {clusterip}
...`,
    },
    {
      run: 'openssl req -x509 -nodes -days 365 -newkey rsa:2048 -keyout nginx.key -out nginx.crt -subj "/CN=my-nginx/O=my-nginx" -addext subjectAltName=DNS:my-nginx 2>&1 && echo made',
      says: '...\nmade',
    },
    {run: 'kubectl create secret tls nginxsecret --key nginx.key --cert nginx.crt', says: 'secret/nginxsecret created'},
    {
      run: 'kubectl get secrets',
      says: 'NAME          TYPE                DATA   AGE\nnginxsecret   kubernetes.io/tls   2      {_}',
    },
    {
      run: 'kubectl create configmap nginxconfigmap --from-file=default.conf',
      says: 'configmap/nginxconfigmap created',
    },
    {run: 'kubectl get configmaps', says: 'NAME DATA AGE\n...\nnginxconfigmap   1      {_}'},
    {
      run: 'kubectl describe configmap  nginxconfigmap',
      says: `
Name:         nginxconfigmap
Namespace:    default
Labels:       <none>
Annotations:  <none>

Data
====
default.conf:
----
server {
        listen 80 default_server;
        ...
        listen 443 ssl;
        ...
        location / {
                try_files $uri $uri/ =404;
        }
}

BinaryData
====

Events:  <none>`,
    },
    {
      run: 'kubectl delete deployments,svc my-nginx; kubectl create -f ./nginx-secure-app.yaml',
      says: `
deployment.apps "my-nginx" deleted
service "my-nginx" deleted
service/my-nginx created
deployment.apps/my-nginx created`,
    },
    {
      run: 'kubectl get pods -l run=my-nginx -o custom-columns=POD_IP:.status.podIPs',
      says: 'POD_IP\n[map[ip:{ip5}]]',
      soon: true,
    },
    {
      run: 'podlab exec node/worker1 -- curl -sk https://{ip5}',
      says: page('<h1>Welcome to nginx!</h1>'),
      soon: true,
    },
    {
      run: 'podlab exec node/worker1 -- curl -s http://{ip5}',
      says: page('<h1>Welcome to nginx!</h1>'),
    },
    {run: 'kubectl apply -f ./curlpod.yaml', says: 'deployment.apps/curl-deployment created'},
    {
      run: 'kubectl get pods -l app=curlpod',
      says: 'NAME READY STATUS RESTARTS AGE\n{curlpod}   1/1     Running   0          {_}',
      soon: true,
    },
    {
      run: 'kubectl exec {curlpod} -- curl -sS https://my-nginx --cacert /etc/nginx/ssl/tls.crt',
      says: `
...
<title>Welcome to nginx!</title>
...`,
    },
    {
      run: "kubectl get svc my-nginx -o jsonpath='{.spec.clusterIP}'",
      says: '{secureip}',
    },
    {
      run: 'kubectl exec {curlpod} -- curl -s --resolve my-nginx:443:{secureip} https://my-nginx --cacert /etc/nginx/ssl/tls.crt',
      says: page('<title>Welcome to nginx!</title>'),
    },
    {
      run: 'kubectl get svc my-nginx -o yaml | grep nodePort -C 5',
      says: `
...
  ports:
  - name: http
    nodePort: {httpport}
    port: 8080
    protocol: TCP
    targetPort: 80
  - name: https
    nodePort: {httpsport}
    port: 443
    protocol: TCP
    targetPort: 443
  selector:
    run: my-nginx
  ...`,
    },
    {
      run: 'kubectl get nodes -o yaml | grep ExternalIP -C 1',
      skip: 'the nodes of a lab have internal addresses only, as those of a cluster at home',
    },
    {
      run: 'podlab exec client/laptop -- curl -s https://10.0.20.11:{httpsport} -k',
      says: page('<h1>Welcome to nginx!</h1>'),
    },
    {
      run: 'podlab exec client/laptop -- curl -s http://10.0.20.12:{httpport}',
      says: page('<h1>Welcome to nginx!</h1>'),
    },
    {
      run: "KUBE_EDITOR='sed -i s/NodePort/LoadBalancer/' kubectl edit svc my-nginx",
      says: 'service/my-nginx edited',
    },
    {
      run: 'kubectl get svc my-nginx',
      says: `
NAME       TYPE           CLUSTER-IP   EXTERNAL-IP   PORT(S)                                      AGE
my-nginx   LoadBalancer   {secureip}   {balancer}     8080:{httpport}/TCP,443:{httpsport}/TCP      {_}`,
      soon: true,
    },
    {
      run: 'podlab exec client/laptop -- curl -s https://{balancer} -k',
      says: page('<title>Welcome to nginx!</title>'),
      soon: true,
    },
  ],
}
