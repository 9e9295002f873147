// Who may do what: every route of the service. docs/security.md shows the same table to people;
// test/http/access.test.ts walks all routes with every kind of person and compares.
import type { Scope } from './access.ts'

/** Who may use a route. What it answers to others stands beside it. */
export type Who =
  /** Everybody, signed in or not. */
  | 'anybody'
  /** Everybody, from a page of the site itself: 403 CROSS_ORIGIN. */
  | 'any page'
  /** Whoever is signed in: 401. */
  | 'user'
  /** A teacher or an administrator: a student gets 403 NOT_A_TEACHER. */
  | 'staff'
  /** A teacher of the course in the address, or an administrator: others get 403 NOT_A_TEACHER. */
  | 'course'
  /**
   * The requester of the job, a teacher of its course, or an administrator: for others it is not there, 404
   * JOB_NOT_FOUND.
   */
  | 'job'
  /** Administrators: others get 403 INSUFFICIENT_SCOPE. */
  | 'admin'
  /**
   * Whoever has the link, or with FILE_ACCESS=session as for a course; for others it is not there, 404
   * FILE_NOT_FOUND.
   */
  | 'file'
  /** Its user himself, by cookie, or an administrator: for others it is not there, 404 SESSION_NOT_FOUND. */
  | 'session'

export interface RouteAccess {
  who: Who
  /** What a token must have been given; a scope that a role never has closes the route to that role. */
  scope: Scope | null
  /** What the audit log calls it; null: it is not noted. */
  audit: string | null
  /** What the audit log calls it where AUDIT_READS is set: it only reads. */
  auditRead: string | null
}

const route = (
  who: Who,
  scope: Scope | null = null,
  audit: string | null = null
): RouteAccess => ({ who, scope, audit, auditRead: null })
const read = (
  who: Who,
  scope: Scope,
  auditRead: string
): RouteAccess => ({ who, scope, audit: null, auditRead })

/** By method and pattern. HEAD is as GET. */
export const ROUTE_ACCESS: Readonly<Record<string, RouteAccess>> = {
  'GET /': route('anybody'),
  'GET /assets/*': route('anybody'),
  'GET /healthz': route('anybody'),
  'GET /readyz': route('anybody'),
  // Besides, whoever has METRICS_TOKEN.
  'GET /metrics': route('admin', 'admin'),
  'GET /api/openapi.json': route('anybody'),
  'GET /api/schemas/performance-book-1.json': route('anybody'),
  'GET /api/docs': route('anybody'),
  'GET /api/docs/': route('anybody'),
  'GET /api/docs/style.css': route('anybody'),
  'GET /api/docs/icon.svg': route('anybody'),

  'POST /api/session': route('any page', null, 'session.begin'),
  'GET /api/sign-in-options': route('anybody'),
  'GET /api/oidc/login': route('anybody'),
  'GET /api/oidc/callback': route('anybody', null, 'session.begin'),
  'GET /api/session': route('user'),
  'DELETE /api/session': route('user', null, 'session.end'),
  'GET /api/sessions': route('user', 'read'),
  'DELETE /api/sessions/:session_id': route('session', null, 'session.revoke'),
  'POST /api/invitations/check': route('any page'),
  'POST /api/invitations': route('any page', null, 'invitation.accept'),

  'GET /api/users': route('admin', 'admin'),
  'POST /api/users': route('admin', 'admin', 'user.invite'),
  'POST /api/users/:user_id/reset': route('admin', 'admin', 'user.reset'),
  'POST /api/users/:user_id/disable': route('admin', 'admin', 'user.disable'),
  'POST /api/users/:user_id/enable': route('admin', 'admin', 'user.enable'),
  'GET /api/audit': route('admin', 'admin'),

  'GET /api/courses': route('staff', 'read'),
  'PATCH /api/courses/:course_id': route('course', 'export', 'course.set'),
  'DELETE /api/courses/:course_id': route('course', 'admin', 'course.delete'),
  'GET /api/courses/:course_id/performance': read('course', 'read', 'book.read'),
  'POST /api/courses/:course_id/performance/export': route('course', 'export', 'export.request'),
  'GET /api/courses/:course_id/performance/exports': route('course', 'read'),
  'GET /api/courses/:course_id/performance/exports/latest': route('course', 'read'),
  'DELETE /api/courses/:course_id/performance/exports/:export_id': route('course', 'export', 'export.delete'),
  'POST /api/courses/:course_id/files': route('course', 'export', 'file.upload'),
  'GET /api/courses/:course_id/files': route('course', 'read'),
  'DELETE /api/courses/:course_id/files/:file_id': route('course', 'export', 'file.delete'),
  'POST /api/courses/:course_id/imports': route('course', 'import', 'import.request'),
  'POST /api/imports': route('admin', 'admin', 'import.request'),
  'GET /api/courses/:course_id/imports': route('course', 'import'),
  'GET /api/imports': route('admin', 'admin'),
  'GET /api/imports/:job_id': route('job', 'read'),

  'GET /api/jobs': route('admin', 'admin'),
  'GET /api/jobs/:job_id': route('job', 'read'),
  'GET /api/jobs/:job_id/events': route('job', 'read'),
  'POST /api/jobs/:job_id/cancel': route('job', 'export', 'job.cancel'),
  'POST /api/jobs/:job_id/retry': route('job', 'admin', 'job.retry'),

  'GET /api/storage': route('admin', 'admin'),
  'POST /api/storage/sweep': route('admin', 'admin', 'storage.sweep'),

  'GET /files/:hex/:filename': route('file', 'read', 'file.download'),
}
