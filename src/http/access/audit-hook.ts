import type { FastifyRequest, onResponseHookHandler } from 'fastify'
import type { AuditEntry } from '../../audit/audit-entry.ts'
import type { Audit } from '../../audit/audit.ts'
import { idOf } from '../schemas/common.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** What the audit log should have and the address does not say. */
    audited: Audited | null
  }
}

/** Parts of an entry that the address of the request does not have. */
interface Said {
  subject?: string
  changes?: AuditEntry['changes']
}

interface Audited extends Said {
  actorId?: number | null
  outcome?: AuditEntry['outcome']
  /** Nothing was changed, so there is no entry. */
  isPreview?: boolean
  /** Writes one entry for each, after the request is done. Default: one entry. */
  entries?: readonly Said[]
}

export type AuditLog = Pick<Audit, 'record'>

/** Names of the ids in addresses, as an entry shows them. */
const SUBJECTS = {
  course_id: 'course',
  export_id: 'export',
  file_id: 'file',
  student_id: 'student',
  job_id: 'job',
  user_id: 'user',
  session_id: 'session',
  token_id: 'token',
} as const

/** Records a route's action once it is done, or refused to a known user. */
export function recordsAction (action: string, audit: AuditLog): onResponseHookHandler {
  return (request, reply, next) => {
    next()
    if (request.audited?.isPreview === true) return
    const outcome = request.audited?.outcome ?? outcomeOf(request, reply.statusCode)
    if (outcome === null) return
    const { audited } = request
    for (const said of (outcome === 'done' ? audited?.entries : undefined) ?? [audited ?? {}]) {
      audit.record({
        action,
        outcome,
        actorId: audited?.actorId ?? request.principal?.userId ?? null,
        via: viaOf(request),
        address: request.ip,
        subject: subjectOf(request, said),
        changes: said.changes,
      })
    }
  }
}

function outcomeOf ({ principal, audited }: FastifyRequest, status: number): AuditEntry['outcome'] | null {
  // Any part of a file counts: all but the first byte is as good as the file. Repeats become one entry.
  if (status >= 200 && status < 300) return 'done'
  // Anonymous refusals could fill the log. A failed sign-in is the exception: those are limited.
  if (status === 403 && (principal !== null || audited !== null)) return 'refused'
  return status === 401 && audited !== null ? 'refused' : null
}

function viaOf ({ principal, audited, method }: FastifyRequest): AuditEntry['via'] {
  if (principal !== null) return principal.credential.kind
  if (audited?.actorId === undefined) return method === 'GET' ? 'link' : 'nobody'
  return 'session'
}

/** Numbers, and the beginning of a file's secret address. */
function subjectOf ({ params }: FastifyRequest, said: Said): string | null {
  const given = params as Record<string, string | undefined>
  const parts = Object.entries(SUBJECTS).flatMap(([name, noun]) => {
    const id = idOf(given[name])
    return id === undefined ? [] : [`${noun} ${id}`]
  })
  if (given.hex !== undefined && /^[0-9a-f]{32}$/.test(given.hex)) parts.push(`file ${given.hex.slice(0, 6)}…`)
  if (said.subject !== undefined) parts.push(said.subject)
  return parts.length === 0 ? null : parts.join(', ')
}
