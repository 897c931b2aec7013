import type {Page} from './_pages.ts'
import {files} from './page-connect/_files.ts'
import {outside} from './page-connect/_outside.ts'
import {pods} from './page-connect/_pods.ts'
import {security} from './page-connect/_security.ts'
import {service} from './page-connect/_service.ts'

/** The page "Connecting Applications with Services" of the Kubernetes documentation. */
export const connectApplications: Page = {
  title: 'Connecting Applications with Services',
  word: 'connect',
  lab: `
nodes: [{name: worker1, address: 10.0.20.11, podSubnet: 172.17.12.0/24}, {name: worker2, address: 10.0.20.12, podSubnet: 172.17.13.0/24}]
clients: [{name: laptop, address: 10.0.20.99}]
`,
  files,
  lines: [...pods, ...service, ...security, ...outside],
}
