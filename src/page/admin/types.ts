// What the API answers to administrators, as far as the page reads it.
import type { Job, User } from '../api-types.ts'

export interface Account extends User {
  is_disabled: boolean
  disabled_by: 'administrator' | 'roster' | null
  /** Courses whose roster disables the account. */
  disabled_in: Array<{ id: number, name: string }>
  is_roster_only: boolean
  has_password: boolean
  created_at: string
  last_sign_in_at: string | null
}

export interface OneTimeLink {
  url: string
  expires_at: string
  /** Where a mail server is set up. */
  mail?: { sent: boolean, reason: string | null }
}

export interface Attempt {
  attempt: number
  started_at: string
  finished_at: string | null
  outcome: 'succeeded' | 'failed' | 'canceled' | 'stopped' | 'died' | null
  error: { code: string | null, message: string } | null
}

export interface AdminJob extends Job {
  kind: string
  course_id: number | null
  attempts: number
  requested_by: string | null
  started_at: string | null
  finished_at: string | null
  attempt_log?: Attempt[]
}

export interface Storage {
  files: number
  used: number
  quota: number | null
  owner_quota: number | null
  disk_free: number
  disk_reserve: number
  expired: { files: number, bytes: number, tombstones: number }
  owners: Array<{ owner_type: string, owner_id: number, name: string | null, files: number, bytes: number }>
}

export interface StoredFile {
  id: number
  category: string
  filename: string
  url: string
  size: number
  created_at: string
  created_by: string | null
  expires_at: string | null
}

export interface AuditEntry {
  id: number
  at: string
  action: string
  outcome: 'done' | 'refused'
  user_id: number | null
  email: string | null
  via: 'session' | 'token' | 'link' | 'nobody' | 'command'
  address: string | null
  subject: string | null
  count: number
}
