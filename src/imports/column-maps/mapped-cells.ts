// What cells of a table say that are not numbers.
import type { GradeWord } from '../grade-book/grade.ts'
import type { ColumnMap } from './column-map.ts'
import type { MarkMeaning } from './map-values.ts'

const WORDS: Readonly<Record<Exclude<GradeWord, 'graded' | 'not_started'>, readonly string[]>> = {
  exempt: ['ex', 'exc', 'exempt', 'excused', 'exmpt', 'waived', 'exento', 'exenta', 'eximido', 'eximida'],
  missing: [
    'm', 'mi', 'msg', 'missing', 'not submitted', 'not turned in', 'not handed in', 'no submission', 'nti',
    'ns', 'falta', 'no entregado', 'no entregada',
  ],
  in_progress: ['inc', 'incomplete', 'in progress', 'needs grading', 'ungraded', 'pending', 'pendiente'],
  submitted: ['submitted', 'turned in', 'handed in', 'entregado', 'entregada'],
}
const BLANK = new Set(['n/a', 'na', '--', '---', '–', '—', '.', '*', 'not graded', 'no grade'])
const BY_WORD: ReadonlyMap<string, GradeWord> = new Map(
  Object.entries(WORDS).flatMap(([word, texts]) => texts.map((text) => [text, word as GradeWord]))
)
/** A longer text is none of the words. */
const WORD_MAX = 30

/** Whether a cell may be a mark whose meaning only the school knows: a short text without digits. */
export function isUnknownMark (text: string): boolean {
  return text.length <= WORD_MAX && text.isWellFormed() && !/\p{N}/u.test(text) &&
    wordOf(text) === undefined
}

/**
 * The meanings of the marks of a map, by the mark in lower case; null: as if the cell were blank. Marks whose
 * meaning is not known are left out.
 */
export function marksOf ({ marks = {} }: ColumnMap): ReadonlyMap<string, GradeWord | null> {
  return new Map(Object.entries(marks).flatMap(([mark, meaning]) => {
    return meaning === null ? [] : [[mark.trim().toLowerCase(), MEANINGS[meaning]] as const]
  }))
}

const MEANINGS: Readonly<Record<MarkMeaning, GradeWord | null>> = {
  missing: 'missing',
  exempt: 'exempt',
  submitted: 'submitted',
  in_progress: 'in_progress',
  completed: 'graded',
  no_result: null,
}

/** What a cell that is not blank says; null: as if it were blank. Undefined: a number or another text. */
export function wordOf (text: string): GradeWord | null | undefined {
  if (text.length > WORD_MAX) return undefined
  const word = text.toLowerCase()
  return BLANK.has(word) ? null : BY_WORD.get(word)
}

/** Labels of rows below or above the students that are about no student. */
const SUMMARY = /^(class |course |overall )?(average|avg\.?|mean|median|mode|total|sum|max(imum)?|min(imum)?|high(est)?|low(est)?|count|std\.? ?dev\.?|standard deviation|points possible|possible points|out of|total)( (score|grade|points|mark))?:?$/i

/** The same in other languages, perhaps with "of the class". */
const OTHER_SUMMARY = /^((klassen)?durchschnitt|mittelwert|schnitt|summe|gesamt|moyenne|médiane|somme|promedio|media|mediana|moda|suma|totale?s?|somma|gemiddelde|mediaan|totaal|média|soma|średnia|mediany?|genomsnitt|medel(värde)?)( (de la|del|der|della|di|da|do|de) (clase|curso|klasse|classe|grupo|turma))?:?$/i

/** Words that are no names, perhaps with more: "Average of group A". */
const AVERAGES = /^((class|group|course) )?(average|avg\.?|durchschnitt|mittelwert|moyenne|promedio|gemiddelde|średnia|genomsnitt|gjennomsnitt|gennemsnit)[ :][^,]*$/i

/** Whether the label of a row says that the row is about all students together. */
export function isSummary (label: string): boolean {
  return label.length <= WORD_MAX && [SUMMARY, OTHER_SUMMARY, AVERAGES].some((one) => one.test(label))
}
