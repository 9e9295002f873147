import { SampleFiles } from '../imports/sample-files.tsx'
import { adminLink } from '../router.ts'
import { useTexts } from '../texts/use-texts.ts'
import { useTitle } from '../use-title.ts'

/** What a new administrator does next, with a sample file of each format. */
export function FirstImport () {
  const { t } = useTexts()
  useTitle(t('firstImport.title'))
  return (
    <>
      <div class='bar'>
        <h1>{t('firstImport.title')}</h1>
      </div>
      <section class='panel' aria-label={t('firstImport.title')}>
        <p>{t('firstImport.lead')}</p>
        <p class='row'>
          <a class='button primary' href={adminLink('import')}>{t('firstImport.go')}</a>
          <a href='#/'>{t('firstImport.later')}</a>
        </p>
      </section>
      <section class='panel' aria-labelledby='samples-title'>
        <h2 id='samples-title'>{t('firstImport.samples')}</h2>
        <SampleFiles />
      </section>
    </>
  )
}
