import {podOf} from '../../_fakes.ts'

/** A pod that does not care for SIGTERM. */
export const stubborn = podOf('stubborn', {containers: [{name: 'main', image: 'busybox', command: ['stubborn']}]})

/** A pod of two containers, of which one does not care for SIGTERM. */
export const two = podOf('two', {
  containers: [
    {name: 'web', image: 'luksa/kubia'},
    {name: 'side', image: 'busybox', command: ['stubborn']},
  ],
})
