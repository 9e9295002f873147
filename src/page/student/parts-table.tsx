import type { StudentFacts } from '../../http/schemas/student.ts'
import { colorClass } from '../charts/colors.ts'
import { useTexts } from '../texts/use-texts.ts'
import { roundedParts } from './parts.ts'

/** A difference of weights that no rounded number shows. */
const SMALLEST = 0.0005

/** How the course average is made of the categories: average times share is a part, and the parts add up. */
export function PartsTable ({ student }: { student: StudentFacts }) {
  const { t, percent, score } = useTexts()
  const { categories, course_average: average } = student
  const parts = roundedParts(categories.map(({ part }) => part), average)
  const total = categories.reduce((sum, { share, weight }) => share === null ? sum : sum + weight, 0)
  const isWaiting = categories.some(({ share, weight }) => share === null && weight > 0)
  if (categories.length === 0) return <p class='muted'>{t('settings.noCategories')}</p>
  return (
    <>
      {average !== null && <PartsBar parts={parts} />}
      <table class='list parts-table'>
        <thead>
          <tr>
            <th>{t('settings.category')}</th>
            <th class='number'>{t('student.average')}</th>
            <th class='number'>{t('student.share')}</th>
            <th class='number'>{t('student.part')}</th>
          </tr>
        </thead>
        <tbody>
          {categories.map((category, c) => (
            <tr key={category.id}>
              <td>
                <span class={`swatch ${colorClass(c)}`} aria-hidden='true' />
                <bdi>{category.name}</bdi>
              </td>
              <td class='number'>{score(category.average)}</td>
              <td class='number'>
                {category.share !== null && <span aria-hidden='true'>× </span>}
                {score(category.share)}
              </td>
              <td class='number'>
                {parts[c] != null && <span aria-hidden='true'>{c === 0 ? '= ' : '+ '}</span>}
                {score(parts[c] ?? null)}
              </td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope='row' colSpan={3}>{t('book.courseAverage')}</th>
            <td class='number'>
              <strong>{score(average)}</strong>
            </td>
          </tr>
        </tfoot>
      </table>
      {average !== null && (isWaiting || Math.abs(total - 1) > SMALLEST) && (
        <p class='muted small'>
          {isWaiting && `${t('student.waiting')} `}
          {Math.abs(total - 1) > SMALLEST && t('student.scaled', { total: percent(total) })}
        </p>
      )}
    </>
  )
}

/** The parts side by side, on a scale from 0 to 100 percent. */
function PartsBar ({ parts }: { parts: ReadonlyArray<number | null> }) {
  const isRtl = useTexts().dir === 'rtl'
  const total = Math.max(1, parts.reduce<number>((sum, part) => sum + (part ?? 0), 0))
  let start = 0
  return (
    <svg class='parts-bar' viewBox='0 0 1000 18' preserveAspectRatio='none' aria-hidden='true'>
      <rect class='whole' width={1000} height={18} />
      {parts.map((part, c) => {
        if (part === null || part <= 0) return null
        const size = part / total * 1000
        const x = isRtl ? 1000 - start - size : start
        start += size
        return <rect key={c} class={colorClass(c)} x={x} width={Math.max(0, size - 2)} height={18} />
      })}
    </svg>
  )
}
