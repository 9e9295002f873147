import { useEffect } from 'preact/hooks'
import { useTexts } from './texts/use-texts.ts'

/** Names the document after what it shows. */
export function useTitle (title: string): void {
  const { t } = useTexts()
  useEffect(() => { document.title = `${title} – ${t('app.name')}` }, [title, t])
}
