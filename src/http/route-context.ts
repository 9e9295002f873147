import type { Services } from '../services.ts'
import type { Authentication } from './access/authentication.ts'
import type { JobGate } from './job-gate.ts'
import type { Links } from './links.ts'
import type { PollCache } from './poll-cache.ts'
import type { SessionCookie } from './cookies/session-cookie.ts'
import type { UploadRoom } from './uploads/upload-room.ts'

/** What every file of routes is given. */
export interface RouteContext {
  services: Services
  authentication: Authentication
  polls: PollCache
  links: Links
  cookie: SessionCookie
  gate: JobGate
  /** Room on the disk for what is being uploaded. */
  room: UploadRoom
  /** Aborted when the server stops: long answers end. */
  closing: AbortSignal
}
