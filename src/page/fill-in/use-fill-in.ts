import { useEffect, useRef, useState } from 'preact/hooks'
import type { FillInOptions } from '../../fill-in/fill-in-options.ts'
import type { Job, Ticket } from '../../http/schemas/common.ts'
import { ApiError, call } from '../api.ts'
import { followJob, hasEnded } from '../exports/follow-job.ts'
import { upload } from '../imports/upload.ts'

export type FillInProgress =
  | { phase: 'idle' }
  /** `sent` is a fraction. */
  | { phase: 'uploading', sent: number }
  | { phase: 'following', isLost: boolean }
  | { phase: 'failed', error: unknown }
  | { phase: 'canceled' }

/** The options, or a dry run that guesses the columns. */
export type GivenOptions = FillInOptions | Omit<FillInOptions, 'match' | 'fill'>

/** Sends a table to be filled in, one request at a time: a new one takes the place of the one before. */
export function useFillIn (courseId: number) {
  const [progress, setProgress] = useState<FillInProgress>({ phase: 'idle' })
  const turn = useRef(0)
  const stop = useRef(() => {})
  useEffect(() => () => {
    turn.current++
    stop.current()
  }, [])

  async function run (file: File, options: GivenOptions): Promise<Job | undefined> {
    const mine = ++turn.current
    const isOver = () => mine !== turn.current
    stop.current()
    setProgress({ phase: 'uploading', sent: 0 })
    const form = new FormData()
    form.set('options', JSON.stringify(options))
    form.set('file', file)
    const sending = upload<Ticket>(`api/courses/${courseId}/fill-in`, form, (sent) => {
      if (!isOver()) setProgress({ phase: 'uploading', sent })
    })
    stop.current = sending.stop
    try {
      const { id } = await sending.answer
      const cancelJob = () => { void call('POST', `api/jobs/${id}/cancel`).catch(() => {}) }
      if (isOver()) {
        cancelJob()
        return undefined
      }
      setProgress({ phase: 'following', isLost: false })
      const job = await new Promise<Job | undefined>((resolve, reject) => {
        const stopFollowing = followJob(id, (news) => {
          if (news.kind === 'gone') reject(new ApiError('JOB_NOT_FOUND', ''))
          else if (news.kind === 'lost') setProgress({ phase: 'following', isLost: true })
          else if (hasEnded(news.job)) resolve(news.job)
          else setProgress({ phase: 'following', isLost: false })
        })
        stop.current = () => {
          stopFollowing()
          cancelJob()
          resolve(undefined)
        }
      })
      if (job === undefined || isOver()) return undefined
      stop.current = () => {}
      if (job.status === 'succeeded') {
        setProgress({ phase: 'idle' })
        return job
      }
      setProgress(job.status === 'canceled'
        ? { phase: 'canceled' }
        : { phase: 'failed', error: job.error ?? new ApiError('INTERNAL_ERROR', '') })
    } catch (error) {
      if (isOver()) return undefined
      stop.current = () => {}
      setProgress({ phase: 'failed', error })
    }
    return undefined
  }

  return {
    progress,
    isBusy: progress.phase === 'uploading' || progress.phase === 'following',
    /** The job when it has succeeded. Undefined: it has not, which `progress` says, or another one began. */
    run,
    cancel () {
      turn.current++
      stop.current()
      stop.current = () => {}
      setProgress({ phase: 'canceled' })
    },
  }
}
