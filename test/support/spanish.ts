// The texts of a workbook in Spanish, by their English ones. They are written here again, by hand, so that a
// test of workbooks does not take its expectation from the code that it tests.
import type { ExpectedTable } from './expected-summary.ts'
import type { CellValue } from './openpyxl.ts'
import type { ExpectedSheet } from './workbook.ts'

type Language = 'en' | 'es'

const SPANISH: Readonly<Record<string, string>> = {
  Weight: 'Peso',
  Median: 'Mediana',
  Total: 'Total',
  'scaled to 100 %': 'ajustado al 100 %',
  'Course averages': 'Promedios del curso',
  From: 'Desde',
  'No period': 'Sin grupo',
  'below 10%': 'menos de 10 %',
  '90% or more': '90 % o más',
  Course: 'Curso',
  School: 'Escuela',
  Term: 'Periodo lectivo',
  Students: 'Estudiantes',
  'Dropped students': 'Estudiantes dados de baja',
  Tasks: 'Tareas',
  Scores: 'Notas',
  'Course average': 'Promedio del curso',
  Check: 'Comprobación',
  agrees: 'coincide',
  'Last name': 'Apellidos',
  'First name': 'Nombre',
  'Student ID': 'Identificador',
  Email: 'Correo electrónico',
  Period: 'Grupo',
  Status: 'Estado',
  Grade: 'Calificación',
  Due: 'Fecha de entrega',
  Category: 'Categoría',
  'Points possible': 'Puntos posibles',
  'Class average': 'Promedio de la clase',
  Lowest: 'Más baja',
  Highest: 'Más alta',
  Active: 'Activo',
  Dropped: 'De baja',
  'Not started': 'Sin empezar',
  'In progress': 'En curso',
  Completed: 'Completada',
  Submitted: 'Entregada',
  Missing: 'No entregada',
  Exempt: 'Exenta',
}

/** A label or status of a workbook in that language. Throws if there is none. */
export function inLanguage (language: Language, english: string): string {
  if (language === 'en') return english
  const category = /^(.*) average$/s.exec(english)?.[1]
  const band = /^(\d+–\d+)%$/.exec(english)?.[1]
  const spanish = SPANISH[english] ?? (category === undefined ? undefined : `Promedio de ${category}`) ??
    (band === undefined ? undefined : `${band} %`)
  if (spanish === undefined) throw new Error(`no Spanish for ${english}`)
  return spanish
}

/** The same sheet in that language; `tasks`: the number of its task columns, the last ones. */
export function sheetInLanguage (
  language: Language,
  { name, rows }: ExpectedSheet,
  tasks: number
): ExpectedSheet {
  const headings = rows[7] ?? []
  const [status, firstTask] = [headings.indexOf('Status'), headings.length - tasks]
  const word = (value: CellValue | undefined): CellValue =>
    typeof value === 'string' && value !== '' ? inLanguage(language, value) : value ?? null
  return {
    name,
    rows: rows.map((row, r) =>
      row.map((value, c) => {
        // The name of the course, and titles of tasks.
        if (r === 0 || (r === 7 && c >= firstTask)) return value
        if (r < 7) return c === 0 ? word(value) : value
        return r === 7 || c === status || c >= firstTask ? word(value) : value
      })
    ),
  }
}

/** A table of Summary in that language. */
export function tableInLanguage (language: Language, { headings, rows }: ExpectedTable): ExpectedTable {
  const word = (value: CellValue): CellValue =>
    typeof value === 'string' ? inLanguage(language, value) : value
  // Names of categories, periods and grades stay.
  const isOurs = (value: CellValue): boolean =>
    headings[0] === 'Course averages' || value === 'Total' || value === 'No period' ||
    value === 'scaled to 100 %'
  return {
    headings: headings.map((heading) => inLanguage(language, heading)),
    rows: rows.map((row) => row.map((value) => isOurs(value) ? word(value) : value)),
  }
}
