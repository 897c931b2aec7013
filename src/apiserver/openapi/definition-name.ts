/** What a message is called in OpenAPI: `core.Pod` is `io.k8s.api.core.v1.Pod`. */
export function definitionName(message: string): string {
  const [group = '', name = ''] = message.split('.')
  return group === 'meta' ? `io.k8s.apimachinery.pkg.apis.meta.v1.${name}` : `io.k8s.api.${group}.v1.${name}`
}

/** The reference to a message's definition. */
export function definitionOf(message: string): string {
  return `#/components/schemas/${definitionName(message)}`
}
