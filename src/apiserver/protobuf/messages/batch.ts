/** The messages of batch/v1; `../messages.ts` says how to read a line. */
export const batch = `
Job metadata=1:meta.ObjectMeta spec=2:JobSpec status=3:JobStatus
JobCondition type=1:string status=2:string lastProbeTime=3:time lastTransitionTime=4:time reason=5:string message=6:string
JobSpec parallelism=1:int? completions=2:int? activeDeadlineSeconds=3:int? podFailurePolicy=11:PodFailurePolicy? successPolicy=16:SuccessPolicy? backoffLimit=7:int? backoffLimitPerIndex=12:int? maxFailedIndexes=13:int? selector=4:meta.LabelSelector? manualSelector=5:bool? template=6:core.PodTemplateSpec ttlSecondsAfterFinished=8:int? completionMode=9:string? suspend=10:bool? podReplacementPolicy=14:string? managedBy=15:string?
JobStatus conditions=1:JobCondition[] startTime=2:time? completionTime=3:time? active=4:int succeeded=5:int failed=6:int terminating=11:int? completedIndexes=7:string failedIndexes=10:string? uncountedTerminatedPods=8:UncountedTerminatedPods? ready=9:int?
PodFailurePolicy rules=1:PodFailurePolicyRule[]
PodFailurePolicyOnExitCodesRequirement containerName=1:string? operator=2:string values=3:int[]
PodFailurePolicyOnPodConditionsPattern type=1:string status=2:string
PodFailurePolicyRule action=1:string onExitCodes=2:PodFailurePolicyOnExitCodesRequirement? onPodConditions=3:PodFailurePolicyOnPodConditionsPattern[]
SuccessPolicy rules=1:SuccessPolicyRule[]
SuccessPolicyRule succeededIndexes=1:string? succeededCount=2:int?
UncountedTerminatedPods succeeded=1:string[] failed=2:string[]
`
