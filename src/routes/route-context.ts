import type { Services } from '../services.ts'
import type { AccessHooks } from './access-hooks.ts'
import type { JobGate } from './job-gate.ts'
import type { Links } from './links.ts'
import type { SessionCookie } from './session-cookie.ts'

/** What every file of routes is given. */
export interface RouteContext {
  services: Services
  access: AccessHooks
  links: Links
  cookie: SessionCookie
  gate: JobGate
  /** Aborted when the server stops: long answers end. */
  closing: AbortSignal
}
