import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import type { ExportOptions, Job, Ticket } from '../../http/schemas/common.ts'
import { ApiError, call } from '../api.ts'
import { download } from './download.ts'
import { followJob } from './follow-job.ts'
import { claimDelivery, forgetExport, onRemembered, rememberedExport, rememberExport } from './remembered.ts'

export type ExportState =
  | { phase: 'idle' }
  | { phase: 'asking' }
  | { phase: 'refused', error: unknown }
  /** `job` is null until the server has told of it. */
  | { phase: 'following', jobId: number, joined: boolean, job: Job | null, isLost: boolean }
  | { phase: 'succeeded', job: Job, isDownloading: boolean }
  | { phase: 'failed', job: Job }
  /** `goesOn`: a colleague still waits for it. */
  | { phase: 'canceled', goesOn: boolean }
  | { phase: 'gone', jobId: number }

/**
 * The export of a course that this browser waits for, whichever tab asked for it. `onFile` is called when its
 * file is there.
 */
export function useExport (courseId: number, onFile: () => void) {
  const [state, setState] = useState<ExportState>({ phase: 'idle' })
  const stop = useRef(() => {})
  const followed = useRef<number>(undefined)

  const follow = useCallback((jobId: number, joined: boolean) => {
    if (followed.current === jobId) return
    stop.current()
    followed.current = jobId
    setState({ phase: 'following', jobId, joined, job: null, isLost: false })
    async function end (job: Job) {
      if (job.status !== 'succeeded') {
        forgetExport(courseId)
        setState(job.status === 'failed' ? { phase: 'failed', job } : { phase: 'canceled', goesOn: false })
        return
      }
      const isDownloading = await claimDelivery(courseId, jobId) && job.url !== null
      if (isDownloading) download(job.url!)
      setState({ phase: 'succeeded', job, isDownloading })
      onFile()
    }
    stop.current = followJob(jobId, (news) => {
      if (news.kind === 'gone') {
        forgetExport(courseId)
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
      const remembered = rememberedExport(courseId)
      if (remembered !== undefined && !remembered.isDelivered) follow(remembered.jobId, remembered.joined)
    }
    resume()
    const unwatch = onRemembered(courseId, resume)
    return () => {
      unwatch()
      stop.current()
      followed.current = undefined
    }
  }, [courseId, follow])

  return {
    state,
    /** Asks for an export. A second click while one is asked for changes nothing. */
    async start (options: ExportOptions) {
      if (state.phase === 'asking' || state.phase === 'following') return
      followed.current = undefined
      setState({ phase: 'asking' })
      try {
        const ticket = await call<Ticket>('POST', `api/courses/${courseId}/performance/export`, options)
        rememberExport(courseId, {
          jobId: ticket.id,
          requestedAt: ticket.requested_at,
          joined: ticket.joined,
          isDelivered: false,
        })
        follow(ticket.id, ticket.joined)
      } catch (error) {
        setState({ phase: 'refused', error })
      }
    },
    async cancel (jobId: number) {
      let job: Job
      try {
        job = await call<Job>('POST', `api/jobs/${jobId}/cancel`)
      } catch (error) {
        // It has ended already, and how is on its way; or nobody answers, and it goes on.
        if (error instanceof ApiError && error.code === 'NO_ANSWER') {
          setState((before) => before.phase === 'following' ? { ...before, isLost: true } : before)
        }
        return
      }
      stop.current()
      forgetExport(courseId)
      setState({ phase: 'canceled', goesOn: job.status !== 'canceled' })
    },
    dismiss () {
      setState({ phase: 'idle' })
    },
  }
}
