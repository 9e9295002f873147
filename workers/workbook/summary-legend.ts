// What the marks in a workbook mean. Summary shows this.
import type { Style } from 'xlsx-populate'
import type { Book } from '../../src/courses/book.ts'
import type { WorkbookOptions } from './workbook-request.ts'
import type { WorkbookStyles } from './workbook-styles.ts'

interface LegendLine {
  /** Shows the mark as it looks in the sheets. */
  style: Style
  mark: string
  meaning: string
}

/** Only the marks that this workbook can have. */
export function legend (
  { course }: Book,
  { values }: WorkbookOptions,
  { samples, input }: WorkbookStyles,
  { hasDropped }: { hasDropped: boolean }
): LegendLine[] {
  const lines: Array<LegendLine & { isIn?: boolean }> = [
    { style: samples.late, mark: 'Late', meaning: 'in italics: handed in late' },
    { style: samples.provisional, mark: 'Provisional', meaning: 'underlined: the score may still change' },
    {
      style: samples.lateAndProvisional,
      mark: 'Late, provisional',
      meaning: 'in italics and underlined: both',
    },
    {
      style: samples.dropped,
      mark: 'Dropped',
      meaning: 'in gray, below the others: counts in no average, lowest or highest',
      isIn: hasDropped,
    },
    {
      style: input,
      mark: 'Weight',
      meaning: 'on yellow: you may change it, and every average in this workbook follows',
    },
    {
      style: samples.plain,
      mark: 'A word',
      meaning: 'Completed, In progress, Not started, Submitted, Missing, Exempt: there is no score, and it ' +
        'counts in no average',
    },
    { style: samples.plain, mark: 'An empty cell', meaning: 'the student was not given the task' },
    {
      style: samples.plain,
      mark: '0%',
      meaning: 'also: not started or missing when the task was due',
      isIn: course.missingCounts === 'zero',
    },
    {
      style: samples.plain,
      mark: 'Points',
      meaning: 'score × points possible; in percent if a task has no points possible, and in all averages',
      isIn: values === 'points',
    },
    {
      style: samples.plain,
      mark: '1, 2, …',
      meaning: 'above the columns: the number of the category, which the formulas use',
    },
  ]
  return lines.filter(({ isIn }) => isIn !== false)
}
