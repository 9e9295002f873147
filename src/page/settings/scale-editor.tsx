import { useTexts } from '../texts/use-texts.ts'
import { PRESET_NAMES, PRESETS, presetOf, scaleProblem, type Preset, type ScaleRow } from './scale.ts'

/** The API's most. */
const GRADES_MAX = 40

/** The grades of a course with their lower limits: a preset, or rows of the user's own. */
export function ScaleEditor (
  { scale, onChange }: { scale: readonly ScaleRow[], onChange: (scale: readonly ScaleRow[]) => void }
) {
  const { t } = useTexts()
  const preset = presetOf(scale)
  const problem = scaleProblem(scale)
  const replace = (index: number, part: Partial<ScaleRow>) => {
    onChange(scale.map((row, i) => i === index ? { ...row, ...part } : row))
  }
  return (
    <fieldset>
      <legend>{t('scale.title')}</legend>
      <p class='muted small' id='scale-help'>{t('scale.help')}</p>
      <label>
        <span>{t('scale.preset')}</span>
        <select
          value={preset}
          onChange={({ currentTarget: { value } }) => {
            onChange(value === 'none' ? [] : value === 'custom' ? scale : PRESETS[value as Preset])
          }}
        >
          <option value='none'>{t('scale.none')}</option>
          {PRESET_NAMES.map((name) => <option key={name} value={name}>{t(`scale.${name}`)}</option>)}
          {preset === 'custom' && <option value='custom'>{t('scale.custom')}</option>}
        </select>
      </label>
      {scale.length > 0 && (
        <>
          <div class='scale-rows'>
            <table class='list'>
              <thead>
                <tr>
                  <th>{t('scale.grade')}</th>
                  <th>{t('scale.from')}</th>
                  <th>
                    <span class='hidden'>{t('list.actions')}</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {scale.map(({ grade, from }, i) => {
                  const isLowest = i === scale.length - 1
                  return (
                    <tr key={i}>
                      <td>
                        <input
                          type='text'
                          value={grade}
                          maxLength={50}
                          aria-label={t('scale.gradeNumber', { number: i + 1 })}
                          aria-describedby='scale-help scale-wrong'
                          aria-invalid={grade.trim() === ''}
                          onInput={({ currentTarget }) => {
                            replace(i, { grade: currentTarget.value })
                          }}
                        />
                      </td>
                      <td>
                        <input
                          type='text'
                          inputMode='decimal'
                          value={from}
                          readOnly={isLowest && from === '0'}
                          aria-label={t('scale.fromOf', { grade })}
                          aria-describedby='scale-help scale-wrong'
                          onInput={({ currentTarget }) => {
                            replace(i, { from: currentTarget.value })
                          }}
                        />
                      </td>
                      <td>
                        {!isLowest && (
                          <button
                            type='button'
                            aria-label={t('scale.removeGrade', { grade })}
                            onClick={() => {
                              onChange(scale.filter((_, other) => other !== i))
                            }}
                          >
                            {t('scale.remove')}
                          </button>
                        )}
                      </td>
                    </tr>
                  )
                })}
              </tbody>
            </table>
          </div>
          {scale.length < GRADES_MAX && (
            <button
              type='button'
              onClick={() => {
                onChange([...scale.slice(0, -1), { grade: '', from: '' }, ...scale.slice(-1)])
              }}
            >
              {t('scale.add')}
            </button>
          )}
        </>
      )}
      <p id='scale-wrong' role='alert' class={problem === undefined ? '' : 'notice bad'}>
        {problem !== undefined && t(`scale.wrong.${problem}`)}
      </p>
    </fieldset>
  )
}
