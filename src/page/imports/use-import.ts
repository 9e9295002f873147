import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import type { ColumnMap } from '../../imports/column-maps/column-map.ts'
import type { Job, Ticket } from '../../http/schemas/common.ts'
import type { ImportReport } from '../../http/schemas/imports.ts'
import { ApiError, call } from '../api.ts'
import { followJob } from '../exports/follow-job.ts'
import { isWorkbook, type ImportOptions } from './import-options.ts'
import { upload } from './upload.ts'

interface ImportRequest {
  file: File
  options: ImportOptions
  /** The columns that were chosen by hand. */
  map?: ColumnMap | undefined
  dryRun: boolean
}

export type ImportState =
  | { phase: 'idle' }
  /** `sent` is a fraction. */
  | { phase: 'uploading', sent: number }
  | { phase: 'refused', error: unknown }
  /** `job` is null until the server has sent it. */
  | { phase: 'following', jobId: number, job: Job | null, isLost: boolean }
  | { phase: 'ended', report: ImportReport }
  | { phase: 'gone', jobId: number }

/**
 * An import, from the upload to its report. `jobId` is a job from before a reload, or null. Calls `onJob`
 * with a new job, and `onEnd` with the report of a job that has ended.
 */
export function useImport (
  { path, jobId, onJob, onEnd }: {
    path: string,
    jobId: number | null,
    onJob: (jobId: number) => void,
    onEnd: (report: ImportReport) => void,
  }
) {
  const [state, setState] = useState<ImportState>({ phase: 'idle' })
  const stopUpload = useRef(() => {})
  const stopFollowing = useRef(() => {})
  const followed = useRef<number | null>(null)
  /** The job that has not ended. */
  const running = useRef<number | null>(null)
  const turn = useRef(0)
  /**
   * Jobs that began here and are not in the address yet. The address arrives later, perhaps after another job
   * has replaced this one: then it says nothing new.
   */
  const begun = useRef<readonly number[]>([])
  const callbacks = useRef({ onJob, onEnd })
  callbacks.current = { onJob, onEnd }

  const follow = useCallback((id: number) => {
    stopFollowing.current()
    followed.current = running.current = id
    setState({ phase: 'following', jobId: id, job: null, isLost: false })
    async function report () {
      running.current = null
      try {
        const report = await call<ImportReport>('GET', `api/imports/${id}`)
        if (followed.current !== id) return
        setState({ phase: 'ended', report })
        callbacks.current.onEnd(report)
      } catch (error) {
        if (followed.current === id) {
          setState(
            error instanceof ApiError && error.status === 404
              ? { phase: 'gone', jobId: id }
              : { phase: 'refused', error }
          )
        }
      }
    }
    stopFollowing.current = followJob(id, (news) => {
      if (news.kind === 'gone') setState({ phase: 'gone', jobId: id })
      else if (news.kind === 'lost') {
        setState((before) => before.phase === 'following' ? { ...before, isLost: true } : before)
      } else if (news.job.status === 'queued' || news.job.status === 'started') {
        setState({ phase: 'following', jobId: id, job: news.job, isLost: false })
      } else void report()
    })
  }, [])

  useEffect(() => {
    if (jobId === null) return
    const isOwn = begun.current.includes(jobId)
    begun.current = begun.current.filter((id) => id > jobId)
    if (!isOwn && jobId !== followed.current) follow(jobId)
  }, [jobId, follow])
  useEffect(() => () => {
    followed.current = null
    stopUpload.current()
    stopFollowing.current()
  }, [])

  return {
    state,
    /**
     * Uploads the file and follows its import, instead of one that has not ended. Returns the id of the job,
     * or undefined if the upload was refused or stopped.
     */
    async start (request: ImportRequest): Promise<number | undefined> {
      const mine = ++turn.current
      stopUpload.current()
      stopFollowing.current()
      if (running.current !== null) void call('POST', `api/jobs/${running.current}/cancel`).catch(() => {})
      followed.current = running.current = null
      setState({ phase: 'uploading', sent: 0 })
      const { answer, stop } = upload<Ticket>(path, formOf(request), (sent) => {
        if (mine === turn.current) setState({ phase: 'uploading', sent })
      })
      stopUpload.current = stop
      try {
        const { id } = await answer
        if (mine !== turn.current) {
          void call('POST', `api/jobs/${id}/cancel`).catch(() => {})
          return undefined
        }
        follow(id)
        begun.current = [...begun.current, id]
        callbacks.current.onJob(id)
        return id
      } catch (error) {
        if (mine !== turn.current) return undefined
        setState(
          error instanceof ApiError && error.code === 'UPLOAD_STOPPED'
            ? { phase: 'idle' }
            : { phase: 'refused', error }
        )
        return undefined
      }
    },
    async cancel () {
      if (state.phase === 'uploading') stopUpload.current()
      // The job's last event says how it ended.
      if (state.phase === 'following') await call('POST', `api/jobs/${state.jobId}/cancel`).catch(() => {})
    },
    dismiss () {
      setState({ phase: 'idle' })
    },
  }
}

function formOf ({ file, options, map, dryRun }: ImportRequest): FormData {
  const form = new FormData()
  const fields = {
    format: map === undefined ? options.format : 'spreadsheet',
    map: map === undefined ? '' : JSON.stringify(map),
    time_zone: options.timeZone,
    dates: options.dates,
    sheet: isWorkbook(file.name) ? options.sheet : '',
    course: options.course.trim(),
    teacher: options.teacher.trim(),
    dry_run: dryRun ? 'true' : '',
    strict: options.strict ? 'true' : '',
    allow_removals: options.allowRemovals ? 'true' : '',
    allow_skips: options.allowSkips ? 'true' : '',
    allow_new_people: options.allowNewPeople ? 'true' : '',
    allow_erased: options.allowErased ? 'true' : '',
  }
  // Before the file, so that the service can refuse a field before it has received the whole file.
  for (const [name, value] of Object.entries(fields)) if (value !== '') form.set(name, value)
  form.set('file', file)
  return form
}
