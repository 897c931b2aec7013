import {httpSocket} from './listen.ts'
import type {Program} from './program.ts'
import {staticFiles, type WebServer} from './static-files.ts'

const web: WebServer = {
  folder: '/usr/local/apache2/htdocs',
  name: 'Apache/2.4.62 (Unix)',
  notFound:
    '<html><head>\n<title>404 Not Found</title>\n</head><body>\n<h1>Not Found</h1>\n<p>The requested URL was not found on this server.</p>\n</body></html>\n',
}

/** Apache with its own configuration: HTTP on 80. */
export const httpd: Program = context => httpSocket(staticFiles(web, context), 80)
