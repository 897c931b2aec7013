/** The files that the page names. */
export const files: Readonly<Record<string, string>> = {
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
}
