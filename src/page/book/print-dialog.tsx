import { useEffect, useRef, useState } from 'preact/hooks'
import type { Student } from '../../http/schemas/book.ts'
import type { StudentFacts, StudentsAnswer } from '../../http/schemas/student.ts'
import { call } from '../api.ts'
import { StudentReport } from '../student/student-report.tsx'
import { useTexts } from '../texts/use-texts.ts'
import type { PrintJob } from './print-book.tsx'

/** Students in one request, at most. */
const AT_ONCE = 500
const CHOICES = ['whole', 'averages', 'students'] as const

interface PrintDialogProps {
  courseId: number
  /** The only period that is shown; null: all. */
  periodId: string | null
  students: readonly Student[]
  /** What is printed, in words. */
  lines: readonly string[]
  onPrint: (job: PrintJob) => void
  onClose: () => void
}

/** What to print: the book, its averages, or one page for each student, which are loaded first. */
export function PrintDialog ({ courseId, periodId, students, lines, onPrint, onClose }: PrintDialogProps) {
  const { t, reason } = useTexts()
  const dialog = useRef<HTMLDialogElement>(null)
  const over = useRef(new AbortController())
  const [choice, setChoice] = useState<typeof CHOICES[number]>('whole')
  const [loaded, setLoaded] = useState<number>()
  const [error, setError] = useState<unknown>()
  useEffect(() => {
    dialog.current?.showModal()
    return () => {
      over.current.abort()
    }
  }, [])

  function finish (job: PrintJob) {
    // An open dialog would be printed too.
    dialog.current?.close()
    onPrint(job)
  }
  async function start () {
    if (loaded !== undefined) return
    if (choice !== 'students') {
      finish({ choice })
      return
    }
    const { signal } = over.current
    const found = new Map<number, StudentFacts>()
    const isMissing = () => students.some(({ id }) => !found.has(id))
    setError(undefined)
    try {
      let cursor: string | null = ''
      while (cursor !== null && isMissing()) {
        setLoaded(found.size)
        const query = new URLSearchParams({ limit: String(AT_ONCE) })
        if (cursor !== '') query.set('cursor', cursor)
        if (periodId !== null) query.set('period_id', periodId)
        const path = `api/courses/${courseId}/performance/students?${query}`
        const answer: StudentsAnswer = await call<StudentsAnswer>('GET', path, { signal })
        const { students: some, next_cursor: next, ...shared } = answer
        for (const one of some) found.set(one.id, { ...one, ...shared })
        cursor = next
      }
      if (signal.aborted) return
      const reports = students.flatMap(({ id }) => found.get(id) ?? [])
      finish({ choice, pages: reports.map((report) => <StudentReport key={report.id} student={report} />) })
    } catch (failure) {
      if (!signal.aborted) setError(failure)
    }
    setLoaded(undefined)
  }
  return (
    <dialog ref={dialog} aria-labelledby='print-title' onClose={onClose}>
      <h2 id='print-title'>{t('print.title')}</h2>
      {lines.map((line) => <p key={line} class='muted small' dir='auto'>{line}</p>)}
      <div class='choices'>
        {CHOICES.map((value) => (
          <label key={value} class='radio'>
            <input
              type='radio'
              name='print'
              checked={choice === value}
              onChange={() => {
                setChoice(value)
              }}
            />
            <span>{t(`print.${value}`)}</span>
          </label>
        ))}
      </div>
      <div role='status'>
        {loaded !== undefined && <p>{t('print.loading', { done: loaded, all: students.length })}</p>}
        {error !== undefined && <p class='notice bad'>{reason(error)}</p>}
      </div>
      <p class='row'>
        <button
          type='button'
          class='primary'
          aria-disabled={loaded !== undefined}
          onClick={() => {
            void start()
          }}
        >
          {t('print.print')}
        </button>
        <button
          type='button'
          onClick={() => {
            dialog.current?.close()
          }}
        >
          {t('confirm.cancel')}
        </button>
      </p>
    </dialog>
  )
}
