import type {Image} from './image.ts'

/** The web server of most tutorials. What lies in its folder may be changed in the container, and is served at once. */
export const nginx: Image = {
  name: 'nginx',
  aliases: ['registry.k8s.io/nginx-slim', 'k8s.gcr.io/nginx-slim', 'bprashanth/nginxhttps'],
  summary: 'HTTP on port 80; serves the files of /usr/share/nginx/html, or what /etc/nginx/conf.d says, HTTPS too',
  root: 'host',
  entrypoint: ['nginx'],
  arguments: ['-g', 'daemon off;'],
  files: {
    '/etc/nginx/conf.d/default.conf':
      'server {\n    listen       80;\n    server_name  localhost;\n\n    location / {\n        root   /usr/share/nginx/html;\n        index  index.html index.htm;\n    }\n}\n',
    '/usr/share/nginx/html/index.html':
      '<!DOCTYPE html>\n<html>\n<head>\n<title>Welcome to nginx!</title>\n</head>\n<body>\n<h1>Welcome to nginx!</h1>\n<p>podlab plays this server.</p>\n</body>\n</html>\n',
  },
  played: {nginx: 'nginx'},
  needs: {curl: 'curl'},
}
