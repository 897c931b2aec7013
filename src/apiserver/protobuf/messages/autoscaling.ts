/** The messages of autoscaling/v1; `../messages.ts` says how to read a line. */
export const autoscaling = `
Scale metadata=1:meta.ObjectMeta spec=2:ScaleSpec status=3:ScaleStatus
ScaleSpec replicas=1:int
ScaleStatus replicas=1:int selector=2:string
`
