/** A container that cannot be made from its manifest; `reason` is what Kubernetes calls it. */
export class ContainerError extends Error {
  override readonly name = 'ContainerError'
  readonly reason: 'ErrImagePull' | 'ErrImageNeverPull' | 'CreateContainerError' | 'CreateContainerConfigError'

  constructor(message: string, reason: ContainerError['reason']) {
    super(message)
    this.reason = reason
  }
}
