import type { ExportResult, Job } from '../../http/schemas/common.ts'
import { call } from '../api.ts'
import { Loading } from '../notices.tsx'
import { useLoaded } from '../use-loaded.ts'
import { useTexts, type Texts } from '../texts/use-texts.ts'

/** Titles after a sentence about assignments. */
const MOST_TITLES = 5

type Receipt = ExportResult['receipts'][number]

/** The result of a job that is an export; undefined: it is none, or it has no result yet. */
export function resultOf ({ result }: Pick<Job, 'result'>): ExportResult | undefined {
  return result !== null && 'receipts' in result ? result : undefined
}

/** The receipts of an earlier export, as long as its job is known. */
export function EarlierReceipts ({ jobId, format }: { jobId: number, format: string }) {
  const { t, reason } = useTexts()
  const loaded = useLoaded(`receipts ${jobId}`, (signal) => call<Job>('GET', `api/jobs/${jobId}`, { signal }))
  if (loaded.state === 'loading') return <Loading />
  if (loaded.state === 'failed') return <p class='small muted'>{reason(loaded.error)}</p>
  const result = resultOf(loaded.value)
  return result === undefined || !hasRemarks(result)
    ? <p class='small muted'>{t('exports.noRemarks')}</p>
    : <Receipts result={result} format={format} />
}

/** Whether a file is worth a remark: something is not in it, or the system that reads it needs choices. */
export function hasRemarks ({ receipts, choices = [] }: ExportResult): boolean {
  return receipts.length > 0 || choices.length > 0
}

/** What the file of an export does not have, and what to choose where it is imported. */
export function Receipts ({ result: { receipts, choices = [] }, format }: {
  result: ExportResult,
  /** Undefined: unknown. */
  format: string | undefined,
}) {
  const texts = useTexts()
  const { t, known } = texts
  const system = known(`exports.system.${format ?? ''}`) ?? t('exports.otherSystem')
  return (
    <>
      {choices.length > 0 && (
        <>
          <p class='small'>{t('exports.choices', { system })}</p>
          <dl class='small pairs' aria-label={t('exports.choices', { system })}>
            {choices.map(({ field, choice }, i) => (
              <div key={i}>
                <dt><bdi>{field}</bdi></dt>
                <dd><bdi>{choice}</bdi></dd>
              </div>
            ))}
          </dl>
        </>
      )}
      {receipts.length > 0 && (
        <ul class='small receipts' aria-label={t('exports.receipts')}>
          {receipts.map((receipt) => (
            <li key={receipt.code}>
              {sentence(receipt, system, texts)}
              <Titles receipt={receipt} />
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

function Titles ({ receipt: { tasks, titles } }: { receipt: Receipt }) {
  if (titles.length === 0) return null
  const shown = titles.slice(0, MOST_TITLES)
  return (
    <span class='muted'>
      {' ('}
      {shown.map((title, i) => <span key={i}>{i > 0 && ', '}<bdi>{title}</bdi></span>)}
      {tasks > shown.length && ', …'})
    </span>
  )
}

/** A receipt in words, by its code and by what it counts; else as the service says it. */
function sentence (receipt: Receipt, system: string, { t, known }: Texts): string {
  const { code, message, count, students, tasks } = receipt
  const [unit, number] = tasks > 0 && students > 0
    ? ['results', count]
    : tasks > 0 ? ['tasks', tasks] : students > 0 ? ['students', students] : ['file', count]
  return known(`receipt.${code}.${unit}`, { count: number, system }) ??
    `${message} ${t('exports.times', { count })}`
}
