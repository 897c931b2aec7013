import type {CommandLine} from './_line.ts'

/** Things are deleted. */
export const remove: readonly CommandLine[] = [
  {run: 'kubectl delete po -l app=kubia', says: /^(pod "kubia-NAME" (from \S+ namespace )?deleted.*\n){2}$/},
  {run: 'kubectl get pods -l app=kubia --watch', until: /(kubia-NAME {2}1\/1 {2}Running[\s\S]*){2}/},
  {
    run: 'kubectl get events --field-selector reason=Killing',
    says: ['Normal  Killing  pod/kubia-NAME  Stopping container kubia'],
  },
  {run: 'kubectl delete rs kubia', says: ['replicaset.apps "kubia"', 'deleted']},
  {
    run: 'kubectl delete deployment,svc,cm --all',
    says: ['deployment.apps "web"', 'service "kubia"', 'configmap "made"'],
  },
  {run: 'kubectl delete namespace {namespace}', says: 'namespace "{namespace}" deleted'},
]
