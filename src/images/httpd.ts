import type {Image} from './image.ts'

/** The Apache web server. */
export const httpd: Image = {
  name: 'httpd',
  summary: 'HTTP on port 80; serves the files of /usr/local/apache2/htdocs and logs each request',
  root: 'host',
  entrypoint: [],
  arguments: ['httpd-foreground'],
  workingDirectory: '/usr/local/apache2',
  files: {'/usr/local/apache2/htdocs/index.html': '<html><body><h1>It works!</h1></body></html>\n'},
  played: {'httpd-foreground': 'httpd'},
  needs: {curl: 'curl'},
}
