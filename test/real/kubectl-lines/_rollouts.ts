import type {CommandLine} from './_line.ts'

/** Deployments are rolled out. */
export const rollouts: readonly CommandLine[] = [
  {run: 'kubectl set image deployment/web nginx=httpd', says: 'deployment.apps/web image updated'},
  {run: 'kubectl rollout status deployment/web', says: ['deployment "web" successfully rolled out']},
  {
    run: 'kubectl rollout history deployment/web',
    says: ['deployment.apps/web', 'REVISION  CHANGE-CAUSE', '1  <none>', '2  <none>'],
  },
  {run: 'kubectl rollout undo deployment/web', says: 'deployment.apps/web rolled back'},
  {run: "kubectl get deployment web -o 'jsonpath={.spec.template.spec.containers[0].image}'", says: 'nginx'},
  {run: 'kubectl rollout pause deployment/web', says: 'deployment.apps/web paused'},
  {run: 'kubectl rollout resume deployment/web', says: 'deployment.apps/web resumed'},
  {run: 'kubectl rollout restart deployment/web', says: 'deployment.apps/web restarted'},
  {run: 'kubectl rollout status deployment/web', says: ['deployment "web" successfully rolled out']},
  {run: 'kubectl expose deployment web --port=80', says: 'service/web exposed'},
  {
    run: 'kubectl autoscale deployment web --max=5',
    fails: 1,
    says: ['podlab has no horizontalpodautoscalers', 'kubectl scale'],
  },
]
