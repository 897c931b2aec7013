/** The messages of coordination.k8s.io/v1; `../messages.ts` says how to read a line. */
export const coordination = `
Lease metadata=1:meta.ObjectMeta spec=2:LeaseSpec
LeaseSpec holderIdentity=1:string? leaseDurationSeconds=2:int? acquireTime=3:microTime? renewTime=4:microTime? leaseTransitions=5:int? strategy=6:string? preferredHolder=7:string?
`
