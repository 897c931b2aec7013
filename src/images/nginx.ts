import type {Image} from './image.ts'

/** The web server of most tutorials. What lies in its folder may be changed in the container, and is served at once. */
export const nginx: Image = {
  name: 'nginx',
  summary: 'HTTP on port 80; serves the files of /usr/share/nginx/html and logs each request',
  root: 'host',
  entrypoint: ['nginx'],
  arguments: ['-g', 'daemon off;'],
  files: {
    '/usr/share/nginx/html/index.html':
      '<!DOCTYPE html>\n<html>\n<head>\n<title>Welcome to nginx!</title>\n</head>\n<body>\n<h1>Welcome to nginx!</h1>\n<p>podlab plays this server.</p>\n</body>\n</html>\n',
  },
  played: {nginx: 'nginx'},
  needs: {curl: 'curl'},
}
