import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { AuditEntry } from '../../audit/audit.ts'
import { ROUTE_ACCESS } from '../../accounts/route-access.ts'
import type { Services } from '../../services.ts'
import { idOf } from './access-hooks.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** What the audit log should know and the address does not say. */
    audited: { actorId?: number | null, subject?: string, outcome?: AuditEntry['outcome'] } | null
  }
}

/** Names of the ids in addresses, as an entry shows them. */
const SUBJECTS = {
  course_id: 'course',
  export_id: 'export',
  file_id: 'file',
  job_id: 'job',
  user_id: 'user',
  session_id: 'session',
} as const

/**
 * Notes what the table of routes says is to be noted, once it is done, or refused to somebody who is known.
 */
export function auditRequests (app: FastifyInstance, { audit, config }: Services): void {
  app.decorateRequest('audited', null)
  app.addHook('onResponse', (request, reply, next) => {
    next()
    // A HEAD brings nothing out.
    const access = ROUTE_ACCESS[`${request.method} ${request.routeOptions.url}`]
    const action = access?.audit ?? (config.AUDIT_READS ? access?.auditRead : null) ?? null
    if (action === null) return
    const outcome = request.audited?.outcome ?? outcomeOf(request, reply.statusCode)
    const entry = {
      action,
      actorId: actorOf(request),
      via: viaOf(request),
      address: request.ip,
      subject: subjectOf(request),
    }
    if (outcome !== null) audit.record({ ...entry, outcome })
  })
}

function outcomeOf (request: FastifyRequest, status: number): AuditEntry['outcome'] | null {
  // Any part of a file counts: all but the first byte is as good as the file. Repeats become one entry.
  if (status >= 200 && status < 300) return 'done'
  // Whoever is nobody could fill the log with refusals; a sign-in that failed is the exception, and those are
  // limited.
  const isRefusal = status === 403 || (status === 401 && request.audited !== null)
  return isRefusal && (request.principal !== null || request.audited !== null) ? 'refused' : null
}

function actorOf ({ principal, audited }: FastifyRequest): number | null {
  return audited?.actorId ?? principal?.userId ?? null
}

function viaOf ({ principal, audited, method }: FastifyRequest): AuditEntry['via'] {
  if (principal !== null) return principal.credential.kind
  if (audited?.actorId === undefined) return method === 'GET' ? 'link' : 'nobody'
  return 'session'
}

/** Numbers, and the beginning of a file's secret address. */
function subjectOf ({ params, audited }: FastifyRequest): string | null {
  const given = params as Record<string, string | undefined>
  const parts = Object.entries(SUBJECTS).flatMap(([name, noun]) => {
    const id = given[name] === undefined ? undefined : idOf(given[name])
    return id === undefined ? [] : [`${noun} ${id}`]
  })
  if (/^[0-9a-f]{32}$/.test(given.hex ?? '')) parts.push(`file ${given.hex!.slice(0, 6)}…`)
  if (audited?.subject !== undefined) parts.push(audited.subject)
  return parts.length === 0 ? null : parts.join(', ')
}
