// What the marks and colors in a workbook mean. Summary shows this.
import type { Style } from 'xlsx-populate'
import type { Book } from '../../src/courses/book.ts'
import type { WorkbookOptions } from './workbook-request.ts'
import { DROPPED_LOOK, LATE_LOOK, PROVISIONAL_LOOK, type WorkbookStyles } from './workbook-styles.ts'
import { wordsOf } from './words/words.ts'

/** A cell that looks as in the sheets. */
interface Example {
  style: Style
  value: string | number
}

interface LegendLine {
  mark: string
  example: Example | undefined
  meaning: string
}

/** A score, as a fraction and in points. */
const SCORE = { percent: 0.85, points: 17 }
const LOW_SCORE = { percent: 0.4, points: 8 }

/** Only the marks that this workbook can have. */
export function legendLines (
  { course }: Book,
  { values, language }: WorkbookOptions,
  styles: WorkbookStyles,
  { hasDropped, isByPeriod }: { hasDropped: boolean, isByPeriod: boolean }
): LegendLine[] {
  const { legend, taskStatuses } = wordsOf(language)
  const looks = values === 'points' ? styles.points : styles.scores
  const score = (look: number): Example => ({ style: looks[look] ?? looks[0], value: SCORE[values] })
  const zero = values === 'points' ? styles.zeroedPoints : styles.zeroedScores
  const lines: Array<{ text: keyof typeof legend, example?: Example, isIn?: boolean }> = [
    { text: 'late', example: score(LATE_LOOK) },
    { text: 'provisional', example: score(PROVISIONAL_LOOK) },
    { text: 'lateAndProvisional', example: score(LATE_LOOK | PROVISIONAL_LOOK) },
    { text: 'zero', example: { style: zero[0], value: 0 }, isIn: course.missingCounts === 'zero' },
    { text: 'missing', example: { style: styles.missing, value: taskStatuses.missing } },
    { text: 'low', example: { style: styles.low, value: LOW_SCORE[values] } },
    { text: 'dropped', example: score(DROPPED_LOOK), isIn: hasDropped },
    { text: 'word', example: { style: styles.number, value: taskStatuses.in_progress } },
    { text: 'empty' },
    { text: 'points', example: { style: styles.number, value: SCORE.points }, isIn: values === 'points' },
    { text: 'input', example: { style: styles.input, value: 0.25 } },
    { text: 'numbers', example: { style: styles.categoryNumber, value: 1 } },
    { text: 'row4' },
    { text: 'bands' },
    { text: 'median', isIn: isByPeriod },
  ]
  return lines.filter(({ isIn }) => isIn !== false)
    .map(({ example, text }) => ({ example, ...legend[text] }))
}
