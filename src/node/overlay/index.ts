import type {OverlayBackend} from './overlay-backend.ts'
import {vxlan} from './vxlan.ts'

/** The overlays that a lab may choose from. */
export const overlayBackends = {vxlan} satisfies Readonly<Record<string, OverlayBackend>>
