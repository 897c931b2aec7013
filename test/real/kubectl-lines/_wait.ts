import type {CommandLine} from './_line.ts'

/** Waiting for them. */
export const wait: readonly CommandLine[] = [
  {run: 'kubectl get pods -l app=kubia --watch', until: /(kubia-NAME {2}1\/1 {2}Running[\s\S]*){3}/},
  {run: 'kubectl wait --for=condition=Ready pod/client', says: 'pod/client condition met'},
  {
    run: 'kubectl wait --for=condition=Ready pod -l app=kubia',
    says: 'pod/kubia-NAME condition met\npod/kubia-NAME condition met\npod/kubia-NAME condition met',
  },
  {run: 'kubectl wait --for=condition=Available deployment/web', says: 'deployment.apps/web condition met'},
  {run: 'kubectl rollout status deployment/web', says: 'deployment "web" successfully rolled out'},
]
