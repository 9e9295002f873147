import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { Book } from '../../http/schemas/book.ts'
import { call } from '../api.ts'
import { useTexts } from '../texts/use-texts.ts'
import { changesOf, draftOf, type Edits } from './draft.ts'
import { Effect } from './effect.tsx'
import { useKeptEdits } from './kept-edits.ts'
import { ScaleEditor } from './scale-editor.tsx'
import { useDryRun } from './use-dry-run.ts'
import { areAllZero, weightsOf, WeightsTable } from './weights-table.tsx'

/**
 * How much each category and missing work count in a course, and its grades. The effect is shown before it is
 * saved. Edits that are not saved stay while the user looks at other views.
 */
export function CourseSettings (
  { book, courseId, onSaved }: { book: Book, courseId: number, onSaved: () => void }
) {
  const { t, reason } = useTexts()
  const { course, categories } = book
  const [edits, setEdits] = useKeptEdits(courseId)
  const before = useMemo(() => draftOf(course, categories, {}), [course, categories])
  const draft = useMemo(() => draftOf(course, categories, edits), [course, categories, edits])
  const isSaved = useRef(false)
  const [note, setNote] = useState<'saved' | { error: unknown }>()
  const typed = changesOf(draft, before)
  const effect = useDryRun(courseId, typed)
  const table = { categories, weights: draft.weights, before: before.weights, answer: effect.answer }
  const changes = areAllZero(weightsOf(table)) && typed?.categories !== undefined ? undefined : typed

  async function save (event: SubmitEvent) {
    event.preventDefault()
    if (changes == null) return
    try {
      await call('PATCH', `api/courses/${courseId}`, { body: changes })
      isSaved.current = true
      setNote('saved')
      onSaved()
    } catch (error) {
      setNote({ error })
    }
  }
  // What was saved is shown as it was typed until the course arrives with it.
  useEffect(() => {
    if (isSaved.current) setEdits({})
    isSaved.current = false
  }, [before])
  const change = (part: Edits) => {
    const next = { ...edits, ...part }
    const isBack = changesOf(draftOf(course, categories, next), before) === null
    setNote(undefined)
    setEdits(isBack ? {} : next)
  }

  return (
    <div class='settings'>
      <section class='panel' aria-labelledby='settings-title'>
        <h2 id='settings-title'>{t('settings.title')}</h2>
        <form
          onSubmit={(event) => {
            void save(event)
          }}
          noValidate
        >
          <fieldset>
            <legend>{t('settings.weights')}</legend>
            <p class='muted small' id='weights-help'>
              {categories.length === 0 ? t('settings.noCategories') : t('settings.weightsHelp')}
            </p>
            {categories.length > 0 && (
              <WeightsTable
                {...table}
                onChange={(id, text) => {
                  change({ weights: new Map(edits.weights).set(id, text) })
                }}
              />
            )}
          </fieldset>
          <fieldset>
            <legend>{t('settings.missing')}</legend>
            {(['ignored', 'zero'] as const).map((value) => (
              <label key={value} class='radio'>
                <input
                  type='radio'
                  name='missing'
                  value={value}
                  checked={draft.missingCounts === value}
                  onChange={() => {
                    change({ missingCounts: value })
                  }}
                />
                <span>{t(`settings.${value}`)}</span>
              </label>
            ))}
          </fieldset>
          <ScaleEditor
            scale={draft.scale}
            onChange={(scale) => {
              change({ scale })
            }}
          />
          <label>
            <strong>{t('settings.timeZone')}</strong>
            <select
              value={draft.timeZone}
              onChange={({ currentTarget }) => {
                change({ timeZone: currentTarget.value })
              }}
            >
              {timeZones(before.timeZone).map((zone) => (
                <option key={zone} value={zone}>{zone.replaceAll('_', ' ')}</option>
              ))}
            </select>
          </label>
          <div class='save'>
            <p class='muted small' role='status'>
              {typed !== null && note !== 'saved' && t('settings.unsaved')}
            </p>
            <p class='row'>
              <button type='submit' class='primary' aria-disabled={changes == null}>
                {t('settings.save')}
              </button>
              <button
                type='button'
                aria-disabled={typed === null}
                onClick={() => {
                  setNote(undefined)
                  setEdits({})
                }}
              >
                {t('settings.discard')}
              </button>
            </p>
            <div role='status'>{note === 'saved' && <p class='notice good'>{t('settings.saved')}</p>}</div>
            <div role='alert'>
              {note !== undefined && note !== 'saved' && <p class='notice bad'>{reason(note.error)}</p>}
            </div>
          </div>
        </form>
      </section>
      <Effect book={book} hasChanges={changes != null && note !== 'saved'} effect={effect} />
    </div>
  )
}

/** All time zones, and the course's own if the browser does not know it. */
function timeZones (own: string): string[] {
  const known = Intl.supportedValuesOf('timeZone')
  return known.includes(own) ? known : [own, ...known]
}
