/** A plan that cannot be made: a network with no room left, two components that want different things. */
export class PlanError extends Error {
  override readonly name = 'PlanError'
}
