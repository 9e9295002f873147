import { addressOf } from '../api.ts'
import { useTexts } from '../texts/use-texts.ts'
import { FORMATS } from './import-options.ts'

/** A sample file of each format. */
export function SampleFiles () {
  const { t } = useTexts()
  return (
    <>
      <p class='muted small'>{t('firstImport.samplesHelp')}</p>
      <ul class='plain samples'>
        {FORMATS.map((format) => (
          <li key={format}>
            <a href={addressOf(`api/import-templates/${format}`)} download>{t(`import.format.${format}`)}</a>
          </li>
        ))}
      </ul>
    </>
  )
}
