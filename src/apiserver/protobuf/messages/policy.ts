/** The messages of policy/v1; `../messages.ts` says how to read a line. */
export const policy = `
Eviction metadata=1:meta.ObjectMeta deleteOptions=2:meta.DeleteOptions?
PodDisruptionBudget metadata=1:meta.ObjectMeta spec=2:PodDisruptionBudgetSpec status=3:PodDisruptionBudgetStatus
PodDisruptionBudgetSpec minAvailable=1:intOrString? selector=2:meta.LabelSelector? maxUnavailable=3:intOrString? unhealthyPodEvictionPolicy=4:string?
PodDisruptionBudgetStatus observedGeneration=1:int disruptedPods=2:time{} disruptionsAllowed=3:int currentHealthy=4:int desiredHealthy=5:int expectedPods=6:int conditions=7:meta.Condition[]
`
