import {PlanError} from '../plan-error.ts'
import {hostGw} from './host-gw.ts'
import type {OverlayBackend} from './overlay-backend.ts'
import {udp} from './udp.ts'
import {vxlan} from './vxlan.ts'

/** The overlays that a lab may choose from, by flannel's names for them. */
export const overlayBackends = {vxlan, udp, 'host-gw': hostGw} satisfies Readonly<Record<string, OverlayBackend>>

/** The backend of that name; throws PlanError for any other. */
export function overlayNamed(name: string): OverlayBackend {
  if (Object.hasOwn(overlayBackends, name)) return overlayBackends[name as keyof typeof overlayBackends]
  throw new PlanError(`podlab has no overlay ${name}; it has ${Object.keys(overlayBackends).join(', ')}`)
}
