import {type Action, actionDefaults, actionFields, actionMistakes} from './action.ts'
import {invalid, type Mistake, type Path} from './mistake.ts'
import {integer, record, type Schema} from './schema.ts'

/** A question that the node asks of a container again and again. Times are in seconds. */
export type Probe = Action & {
  readonly initialDelaySeconds?: number
  /** 1 where it is not said, or 0. */
  readonly timeoutSeconds?: number
  /** 10 where it is not said, or 0. */
  readonly periodSeconds?: number
  /** So many good answers in a row make it good; 1 where it is not said, or 0. */
  readonly successThreshold?: number
  /** So many bad answers in a row make it bad; 3 where it is not said, or 0. */
  readonly failureThreshold?: number
  /** The grace of a container that is started again for this probe's sake; the pod's own where it is not said. */
  readonly terminationGracePeriodSeconds?: number
}

/** Startup: has it started? Until then the others wait. Liveness: is it worth keeping? Readiness: may it get traffic? */
export const probeKinds = ['startup', 'readiness', 'liveness'] as const

export type ProbeKind = (typeof probeKinds)[number]

export type Probes = {
  readonly startupProbe?: Probe
  readonly readinessProbe?: Probe
  readonly livenessProbe?: Probe
}

const probeSchema: Schema = record({
  ...actionFields,
  initialDelaySeconds: integer(0),
  timeoutSeconds: integer(0),
  periodSeconds: integer(0),
  successThreshold: integer(0),
  failureThreshold: integer(0),
  terminationGracePeriodSeconds: integer(-(2 ** 31)),
})

export const probeFields: Readonly<Record<string, Schema>> = {
  livenessProbe: probeSchema,
  readinessProbe: probeSchema,
  startupProbe: probeSchema,
}

export function probeOf(container: Probes, kind: ProbeKind): Probe | undefined {
  return container[`${kind}Probe`]
}

/** The probes of a container with what the API server fills in; those that it does not have stay out. */
export function probeDefaults(container: Probes): Probes {
  return Object.fromEntries(
    probeKinds.flatMap(kind => {
      const probe = probeOf(container, kind)
      return probe ? [[`${kind}Probe`, withDefaults(probe)]] : []
    }),
  )
}

/* 0 is what a Go program writes that says nothing: it counts as not said. */
function withDefaults(probe: Probe): Probe {
  return {
    ...actionDefaults(probe),
    timeoutSeconds: probe.timeoutSeconds || 1,
    periodSeconds: probe.periodSeconds || 10,
    successThreshold: probe.successThreshold || 1,
    failureThreshold: probe.failureThreshold || 3,
  }
}

/** What is wrong with a container's probes, their defaults filled in. */
export function probeMistakes(container: Probes, path: Path, graceSeconds: number): Mistake[] {
  return probeKinds.flatMap(kind => {
    const probe = probeOf(container, kind)
    const place = [...path, `${kind}Probe`]
    return probe
      ? [
          ...actionMistakes(probe, place, graceSeconds),
          ...thresholdMistakes(kind, probe, place),
          ...graceMistakes(kind, probe, place),
        ]
      : []
  })
}

/* Only readiness can come and go, so only there does it make sense to want more than one good answer. */
function thresholdMistakes(kind: ProbeKind, {successThreshold = 1}: Probe, path: Path): Mistake[] {
  if (kind === 'readiness' || successThreshold === 1) return []
  return [invalid([...path, 'successThreshold'], successThreshold, 'must be 1')]
}

function graceMistakes(kind: ProbeKind, {terminationGracePeriodSeconds: grace}: Probe, path: Path): Mistake[] {
  if (grace === undefined) return []
  const place = [...path, 'terminationGracePeriodSeconds']
  if (grace <= 0) return [invalid(place, grace, 'must be greater than 0')]
  return kind === 'readiness' ? [invalid(place, grace, 'must not be set for readinessProbes')] : []
}
