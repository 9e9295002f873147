import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import type { ExportOptions, Job, Ticket } from '../../http/schemas/common.ts'
import { ApiError, call } from '../api.ts'
import { download } from './download.ts'
import { followJob } from './follow-job.ts'
import {
  claimDownload,
  onSavedExportChange,
  removeSavedExport,
  savedExport,
  saveExport,
} from './saved-export.ts'

const WORKBOOK = 'xlsx'

export type ExportState =
  | { phase: 'idle' }
  | { phase: 'asking' }
  | { phase: 'refused', error: unknown, format: string }
  /** `job` is null until the server has sent it. */
  | { phase: 'following', jobId: number, joined: boolean, job: Job | null, isLost: boolean }
  /** `url` is null if the file has been deleted. */
  | { phase: 'succeeded', job: Job, format: string, url: string | null, isDownloading: boolean }
  | { phase: 'failed', job: Job, format: string }
  /** `continues`: a colleague still waits for it. */
  | { phase: 'canceled', continues: boolean }
  | { phase: 'gone', jobId: number }

/**
 * The export of a course that this browser waits for, regardless of which tab requested it. Calls `onFile`
 * when its file is ready.
 */
export function useExport (courseId: number, onFile: () => void) {
  const [state, setState] = useState<ExportState>({ phase: 'idle' })
  const stop = useRef(() => {})
  const followed = useRef<number>(undefined)
  const lastOptions = useRef<ExportOptions>({})

  const follow = useCallback((jobId: number, joined: boolean) => {
    if (followed.current === jobId) return
    stop.current()
    followed.current = jobId
    setState({ phase: 'following', jobId, joined, job: null, isLost: false })
    async function end (job: Job) {
      const format = savedExport(courseId)?.format ?? WORKBOOK
      if (job.status !== 'succeeded') {
        removeSavedExport(courseId)
        setState(
          job.status === 'failed' ? { phase: 'failed', job, format } : { phase: 'canceled', continues: false }
        )
        return
      }
      const { url } = job
      const isDownloading = await claimDownload(courseId, jobId) && url !== null
      if (isDownloading) download(url)
      setState({ phase: 'succeeded', job, format, url, isDownloading })
      onFile()
    }
    stop.current = followJob(jobId, (news) => {
      if (news.kind === 'gone') {
        removeSavedExport(courseId)
        setState({ phase: 'gone', jobId })
        onFile()
      } else if (news.kind === 'lost') {
        setState((before) => before.phase === 'following' ? { ...before, isLost: true } : before)
      } else if (news.job.status === 'queued' || news.job.status === 'started') {
        setState({ phase: 'following', jobId, joined, job: news.job, isLost: false })
      } else void end(news.job)
    })
  }, [courseId, onFile])

  useEffect(() => {
    const resume = () => {
      const saved = savedExport(courseId)
      if (saved !== undefined && !saved.isDelivered) follow(saved.jobId, saved.joined)
    }
    resume()
    const stopListening = onSavedExportChange(courseId, resume)
    return () => {
      stopListening()
      stop.current()
      followed.current = undefined
    }
  }, [courseId, follow])

  // What failed for want of a connection can be tried again now.
  useEffect(() => {
    const connected = () => {
      setState((before) => isOffline(before) ? { phase: 'idle' } : before)
    }
    addEventListener('online', connected)
    return () => {
      removeEventListener('online', connected)
    }
  }, [])

  return {
    state,
    /** The options of the last request in this view. */
    lastOptions: lastOptions.current,
    /** Requests an export. While one is requested or followed, another call does nothing. */
    async start (options: ExportOptions) {
      if (state.phase === 'asking' || state.phase === 'following') return
      followed.current = undefined
      lastOptions.current = options
      setState({ phase: 'asking' })
      try {
        const path = `api/courses/${courseId}/performance/export`
        const ticket = await call<Ticket>('POST', path, { body: options })
        saveExport(courseId, {
          jobId: ticket.id,
          requestedAt: ticket.requested_at,
          joined: ticket.joined,
          format: options.format,
          isDelivered: false,
        })
        follow(ticket.id, ticket.joined)
      } catch (error) {
        setState({ phase: 'refused', error, format: options.format ?? WORKBOOK })
      }
    },
    async cancel (jobId: number) {
      let job: Job
      try {
        job = await call<Job>('POST', `api/jobs/${jobId}/cancel`)
      } catch (error) {
        // Either the job has ended, and its last event is on the way, or the server does not answer.
        if (error instanceof ApiError && error.code === 'NO_ANSWER') {
          setState((before) => before.phase === 'following' ? { ...before, isLost: true } : before)
        }
        return
      }
      stop.current()
      removeSavedExport(courseId)
      setState({ phase: 'canceled', continues: job.status !== 'canceled' })
    },
    dismiss () {
      setState({ phase: 'idle' })
    },
  }
}

function isOffline (state: ExportState): boolean {
  return state.phase === 'refused' && state.error instanceof ApiError && state.error.code === 'NO_ANSWER'
}
