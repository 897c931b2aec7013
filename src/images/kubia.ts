import type {Image} from './image.ts'

/** The web server of "Kubernetes in Action": it says which pod was hit, and logs who asked. */
export const kubia: Image = {
  name: 'luksa/kubia',
  summary: "HTTP on port 8080; answers every request with You've hit <hostname>",
  root: 'host',
  entrypoint: ['node', 'app.js'],
  arguments: [],
  played: {node: 'kubia'},
  needs: {curl: 'curl'},
}
