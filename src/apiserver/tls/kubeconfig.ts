/** What a client needs to know of a lab's API server, in PEM. */
export type Access = {
  /** `https://127.0.0.1:40123`. */
  readonly server: string
  readonly lab: string
  readonly authority: string
  readonly certificate: string
  readonly key: string
}

/** The file that kubectl reads: cluster, user and context have the lab's name, so that several can be merged. */
export function printKubeconfig({server, lab, authority, certificate, key}: Access): string {
  const base64 = (text: string) => Buffer.from(text).toString('base64')
  return `apiVersion: v1
kind: Config
clusters:
- name: ${lab}
  cluster:
    server: ${server}
    certificate-authority-data: ${base64(authority)}
users:
- name: ${lab}
  user:
    client-certificate-data: ${base64(certificate)}
    client-key-data: ${base64(key)}
contexts:
- name: ${lab}
  context:
    cluster: ${lab}
    user: ${lab}
current-context: ${lab}
`
}
