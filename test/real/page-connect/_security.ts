import type {Line} from '../_pages.ts'
import {page} from './_nginx.ts'

/** Securing the Service. */
export const security: readonly Line[] = [
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
]
