/** The messages of events.k8s.io/v1; `../messages.ts` says how to read a line. */
export const events = `
Event metadata=1:meta.ObjectMeta eventTime=2:microTime series=3:EventSeries? reportingController=4:string reportingInstance=5:string action=6:string reason=7:string regarding=8:core.ObjectReference related=9:core.ObjectReference? note=10:string type=11:string deprecatedSource=12:core.EventSource deprecatedFirstTimestamp=13:time deprecatedLastTimestamp=14:time deprecatedCount=15:int
EventSeries count=1:int lastObservedTime=2:microTime
`
