import {spawn} from 'node:child_process'
import {text} from 'node:stream/consumers'
import {isRootless} from '../src/cluster/sandbox.ts'
import {networkOf, nth, parseCidr} from '../src/net/cidr.ts'

/** How many pods were asked to reach out, and how many reached their gateway and a Service. */
export type Reach = {readonly asked: number; readonly gateway: number; readonly service: number}

/**
 * Lets each pod reach its gateway (ping) and a Service (HTTP), from its own namespace, two pods at a time: those that had their turn
 * within a minute. `daemonPid` is the lab's first process as the host numbers it.
 */
export async function reachOf(
  pods: readonly {readonly uid: string; readonly ip: string}[],
  {daemonPid, service}: {daemonPid: number; service: string},
): Promise<Reach> {
  const user = isRootless() ? ['--user', '--preserve-credentials'] : []
  const inside = [`--target=${daemonPid}`, ...user, '--mount', '--pid']
  const child = spawn(
    'nsenter',
    [...inside, '--', 'timeout', '60', 'xargs', '-r', '-n2', '-P2', 'sh', '-c', script, service],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
      cwd: '/',
    },
  )
  child.stdin.end(pods.map(({uid, ip}) => `pod-${uid} ${gatewayOf(ip)}\n`).join(''))
  const words = (await text(child.stdout)).split('\n')
  const count = (word: string) => words.filter(line => line === word).length
  return {asked: count('asked'), gateway: count('gateway'), service: count('service')}
}

const script = `nsenter --net=/run/netns/$1 sh -c '
ping -q -c1 -W2 "$1" >/dev/null && echo gateway
curl -s -o /dev/null --fail --max-time 4 "http://$2/" && echo service
echo asked' sh "$2" "$0"`

function gatewayOf(ip: string): string {
  return nth(networkOf(parseCidr(`${ip}/24`)), 1)
}
