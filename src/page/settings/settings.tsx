import { useEffect, useMemo, useState } from 'preact/hooks'
import type { Book } from '../../http/schemas/book.ts'
import { call } from '../api.ts'
import { useTexts } from '../texts/use-texts.ts'
import { changesOf, draftOf, weightOf, type Draft } from './draft.ts'
import { Effect } from './effect.tsx'
import { useDryRun } from './use-dry-run.ts'

/** How much each category and missing work count in a course. The effect is shown before it is saved. */
export function CourseSettings (
  { book, courseId, onSaved }: { book: Book, courseId: number, onSaved: () => void }
) {
  const { t, percent, reason } = useTexts()
  const before = useMemo(() => draftOf(book.course, book.categories), [book.course, book.categories])
  const [draft, setDraft] = useState<Draft>(before)
  useEffect(() => {
    setDraft(before)
  }, [before])
  const [note, setNote] = useState<'saved' | { error: unknown }>()
  const changes = changesOf(draft, before)
  const effect = useDryRun(courseId, changes)

  async function save (event: SubmitEvent) {
    event.preventDefault()
    if (changes == null) return
    try {
      await call('PATCH', `api/courses/${courseId}`, { body: changes })
      setNote('saved')
      onSaved()
    } catch (error) {
      setNote({ error })
    }
  }
  const change = (part: Partial<Draft>) => {
    setNote(undefined)
    setDraft({ ...draft, ...part })
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
              {book.categories.length === 0 ? t('settings.noCategories') : t('settings.weightsHelp')}
            </p>
            {book.categories.length > 0 && (
              <table class='list'>
                <thead>
                  <tr>
                    <th>{t('settings.category')}</th>
                    <th>{t('settings.weight')}</th>
                    <th>{t('settings.effective')}</th>
                  </tr>
                </thead>
                <tbody>
                  {book.categories.map(({ id, name, weight }) => {
                    const text = draft.weights.get(id) ?? ''
                    const isWrong = weightOf(text) === undefined
                    return (
                      <tr key={id}>
                        <td>
                          <bdi>{name}</bdi>
                        </td>
                        <td>
                          <input
                            type='text'
                            inputMode='decimal'
                            value={text}
                            aria-label={t('settings.weightOf', { category: name })}
                            aria-invalid={isWrong}
                            aria-describedby='weights-help weights-wrong'
                            onInput={({ currentTarget }) => {
                              change({ weights: new Map(draft.weights).set(id, currentTarget.value) })
                            }}
                          />
                        </td>
                        <td>
                          {percent(
                            effect.answer?.categories.find((category) => category.id === id)?.weight ??
                              weight
                          )}
                        </td>
                      </tr>
                    )
                  })}
                </tbody>
              </table>
            )}
            <p id='weights-wrong' role='alert' class={changes === undefined ? 'notice bad' : ''}>
              {changes === undefined && t('settings.weightWrong')}
            </p>
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
          <p class='row'>
            <button type='submit' class='primary' aria-disabled={changes == null}>
              {t('settings.save')}
            </button>
            <button
              type='button'
              aria-disabled={changes === null}
              onClick={() => {
                setDraft(before)
              }}
            >
              {t('settings.discard')}
            </button>
          </p>
          <div role='status'>{note === 'saved' && <p class='notice good'>{t('settings.saved')}</p>}</div>
          <div role='alert'>
            {note !== undefined && note !== 'saved' && <p class='notice bad'>{reason(note.error)}</p>}
          </div>
        </form>
      </section>
      <Effect book={book} hasChanges={changes != null} effect={effect} />
    </div>
  )
}

/** All time zones, and the course's own if the browser does not know it. */
function timeZones (own: string): string[] {
  const known = Intl.supportedValuesOf('timeZone')
  return known.includes(own) ? known : [own, ...known]
}
