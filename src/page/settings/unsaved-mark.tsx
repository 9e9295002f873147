import { useTexts } from '../texts/use-texts.ts'
import { useHasEdits } from './kept-edits.ts'

/** Says beside a link to the settings of a course that they have changes that are not saved. */
export function UnsavedMark ({ courseId }: { courseId: number }) {
  const { t } = useTexts()
  return useHasEdits(courseId) ? <span class='tag warn'>{t('settings.unsavedMark')}</span> : null
}
