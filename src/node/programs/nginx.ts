import {httpSocket} from './listen.ts'
import type {Program} from './program.ts'
import {staticFiles, type WebServer} from './static-files.ts'

const web: WebServer = {
  folder: '/usr/share/nginx/html',
  name: 'nginx/1.27.0',
  notFound:
    '<html>\n<head><title>404 Not Found</title></head>\n<body>\n<center><h1>404 Not Found</h1></center>\n<hr><center>nginx/1.27.0</center>\n</body>\n</html>\n',
}

/** nginx with its own configuration: HTTP on 80. */
export const nginx: Program = context => httpSocket(staticFiles(web, context), 80)
