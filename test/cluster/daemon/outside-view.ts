import test from 'ava'
import {renumbered} from '../../../src/cluster/daemon/outside-view.ts'
import {parseIp} from '../../../src/net/ip.ts'
import type {PodLife} from '../../../src/node/pods/pod-life.ts'
import {podOf} from '../../node/_fakes.ts'

test('processes of a pod get the numbers that they have outside; what has none stays as it is', t => {
  const process = {pid: 25, startedAt: '', environment: {A: 'b'}, workingDirectory: '/'}
  const life: PodLife = {
    ...{pod: podOf('a'), netns: 'pod-a', startedAt: ''},
    sandbox: {pausePid: 22, ip: parseIp('172.17.2.2')},
    containers: {
      main: {state: {running: {}}, restarts: 0, crashes: 0, process},
      side: {state: {waiting: {}}, restarts: 0, crashes: 0},
    },
  }
  const numbers = new Map([
    [22, 1022],
    [25, 1025],
  ])
  t.deepEqual(
    renumbered(life, pid => numbers.get(pid) ?? 0),
    {
      ...life,
      sandbox: {pausePid: 1022, ip: parseIp('172.17.2.2')},
      containers: {...life.containers, main: {...life.containers.main, process: {...process, pid: 1025}}},
    } as PodLife,
  )
  const {sandbox: _, ...bare} = life
  t.deepEqual(
    renumbered({...bare, containers: {}}, () => 1),
    {...bare, containers: {}},
  )
})
