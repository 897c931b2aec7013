import type {Session} from '../cluster/session.ts'

/** The line that makes a shell's kubectl mean this lab, fit for eval. */
export function exportLine({kubeconfig}: Pick<Session, 'kubeconfig'>): string {
  return `export KUBECONFIG=${quoted(kubeconfig)}`
}

/** A word as a shell reads it back. */
function quoted(text: string): string {
  return /^[\w./:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
