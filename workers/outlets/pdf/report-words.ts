// The words of reports.
import type { ExportOptions } from '../../../src/exports/export-options.ts'

const en = {
  title: 'Reports',
  courseAverage: 'Course average',
  grade: 'Grade',
  classAverage: 'Class average',
  noAverage: 'none yet',
  categories: 'Categories',
  share: 'Share',
  average: 'Average',
  part: 'Contributes',
  assignments: 'Assignments',
  noAssignments: 'No assignments yet.',
  result: 'Result',
  due: 'Due',
  late: 'Late',
  mayChange: 'may still change',
  missingWork: 'Missing work',
  lateWork: 'Late work',
  nothing: 'None.',
  dropped: 'Dropped',
  madeOn: 'Made on',
}

const es: typeof en = {
  title: 'Informes',
  courseAverage: 'Promedio del curso',
  grade: 'Calificación',
  classAverage: 'Promedio de la clase',
  noAverage: 'aún no hay',
  categories: 'Categorías',
  share: 'Peso',
  average: 'Promedio',
  part: 'Aporta',
  assignments: 'Tareas',
  noAssignments: 'Aún no hay tareas.',
  result: 'Resultado',
  due: 'Fecha de entrega',
  late: 'Con retraso',
  mayChange: 'puede cambiar',
  missingWork: 'Tareas no entregadas',
  lateWork: 'Tareas con retraso',
  nothing: 'Ninguno.',
  dropped: 'Dado de baja',
  madeOn: 'Fecha',
}

export type ReportWords = typeof en

export function reportWords (language: ExportOptions['language']): ReportWords {
  return { en, es }[language]
}
