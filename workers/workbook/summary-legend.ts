// What the marks in a workbook mean. Summary shows this.
import type { Style } from 'xlsx-populate'
import type { Book } from '../../src/courses/book.ts'
import type { WorkbookOptions } from './workbook-request.ts'
import type { WorkbookStyles } from './workbook-styles.ts'
import { wordsOf } from './words/words.ts'

interface LegendLine {
  /** Shows the mark as it looks in the sheets. */
  style: Style
  mark: string
  meaning: string
}

/** Only the marks that this workbook can have. */
export function legendLines (
  { course }: Book,
  { values, language }: WorkbookOptions,
  { samples, input }: WorkbookStyles,
  { hasDropped }: { hasDropped: boolean }
): LegendLine[] {
  const { legend } = wordsOf(language)
  const lines: Array<{ style: Style, text: keyof typeof legend, isIn?: boolean }> = [
    { style: samples.late, text: 'late' },
    { style: samples.provisional, text: 'provisional' },
    { style: samples.lateAndProvisional, text: 'lateAndProvisional' },
    { style: samples.dropped, text: 'dropped', isIn: hasDropped },
    { style: input, text: 'weight' },
    { style: samples.plain, text: 'word' },
    { style: samples.plain, text: 'empty' },
    { style: samples.plain, text: 'zero', isIn: course.missingCounts === 'zero' },
    { style: samples.plain, text: 'points', isIn: values === 'points' },
    { style: samples.plain, text: 'numbers' },
  ]
  return lines.filter(({ isIn }) => isIn !== false).map(({ style, text }) => ({ style, ...legend[text] }))
}
