import type {Setting} from './_model.ts'

/** The ways in which kube-proxy is told to work. */
export const usual = {knowsPods: true, masqueradeAll: false, localhostNodePorts: true} as const
export const settings: Readonly<Record<string, Omit<Setting, 'mode' | 'entry' | 'addresses'>>> = {
  'as by default': usual,
  'nobody knows where pods are': {...usual, knowsPods: false},
  'all is masqueraded': {...usual, masqueradeAll: true},
  'localhost has no node ports': {...usual, localhostNodePorts: false},
}
