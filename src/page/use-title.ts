import { useEffect } from 'preact/hooks'
import { useTexts } from './texts/use-texts.ts'

/** Sets the title of the document. */
export function useTitle (title: string): void {
  const { t } = useTexts()
  useEffect(() => { document.title = `${title} – ${t('app.name')}` }, [title, t])
}
