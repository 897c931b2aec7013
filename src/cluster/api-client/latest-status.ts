import type {Pod, PodStatus} from '../../objects/pod.ts'

type Place = {next: PodStatus | undefined; done: Promise<void>}

/**
 * Of the statuses of one pod only the last is worth sending: while one is on its way, or the server is away, a newer one takes the place of
 * those that wait. So they never overtake each other.
 */
export function latestStatus(
  send: (pod: Pod, status: PodStatus) => Promise<void>,
): (pod: Pod, status: PodStatus) => Promise<void> {
  const places = new Map<string, Place>()
  return (pod, status) => {
    const uid = pod.metadata.uid ?? ''
    const busy = places.get(uid)
    if (busy) {
      busy.next = status
      return busy.done
    }
    const place: Place = {next: status, done: Promise.resolve()}
    places.set(uid, place)
    place.done = sendAll(place).finally(() => places.delete(uid))
    return place.done

    async function sendAll(one: Place): Promise<void> {
      while (one.next !== undefined) {
        const now = one.next
        one.next = undefined
        await send(pod, now)
      }
    }
  }
}
