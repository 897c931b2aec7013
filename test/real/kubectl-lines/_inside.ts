import type {CommandLine} from './_line.ts'

/** Programs in pods, and streams from and to them. */
export const inside: readonly CommandLine[] = [
  {run: 'kubectl exec client -- curl -s http://{ip}', says: "You've hit kubia-NAME"},
  {run: "kubectl exec client -- sh -c 'exit 7'", fails: 7, says: 'command terminated with exit code 7'},
  {run: 'kubectl exec -i client -- cat', input: 'through the pipe\n', says: 'through the pipe'},
  {run: 'kubectl logs -l app=kubia --tail=1', says: /^(Kubia server starting\.\.\.|Received request from .*)\n/},
  {run: 'kubectl cp hello.txt client:/tmp/hello.txt', says: ''},
  {run: 'kubectl exec client -- cat /tmp/hello.txt', says: 'hello'},
  {run: 'kubectl cp client:/tmp/hello.txt back.txt', says: /^(tar: Removing leading .* from member names\n)?$/},
  {
    run: 'kubectl port-forward svc/kubia :80',
    until: /Handling connection for \d+/,
    meanwhile: {
      after: /Forwarding from 127\.0\.0\.1:\d+ -> 8080/,
      line: {run: 'curl -s http://127.0.0.1:{port}', says: "You've hit kubia-NAME"},
    },
  },
  {
    // What it prints before kubectl has attached would be lost, as on a cluster: it waits for input.
    run: 'kubectl run tool --image=busybox --restart=Never -i --rm --quiet -- cat',
    input: 'from a pod\n',
    says: 'from a pod',
  },
  {
    run: "kubectl run talker --image=busybox --restart=Never -- sh -c 'while sleep 0.2; do echo still here; done'",
    says: 'pod/talker created',
  },
  {run: 'kubectl wait --for=condition=Ready pod/talker', says: 'pod/talker condition met'},
  {run: 'kubectl attach talker', until: /still here/},
  {run: 'kubectl logs talker --follow --since=10s', until: /still here/},
  {run: 'kubectl delete pod talker --now', says: ['pod "talker"', 'deleted']},
]
