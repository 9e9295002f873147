import { groupDigits } from './group-digits.ts'
import type { WorkbookWords } from './workbook-words.ts'

export const es: WorkbookWords = {
  tag: 'es',
  number,

  course: 'Curso',
  school: 'Escuela',
  term: 'Periodo lectivo',
  teachers: 'Docentes',
  generatedAt: 'Generado el',
  generatedBy: 'Generado por',
  students: 'Estudiantes',
  droppedStudents: 'Estudiantes dados de baja',
  tasks: 'Tareas',
  scores: 'Notas',
  courseAverage: 'Promedio del curso',

  category: 'Categoría',
  weight: 'Peso',
  classAverage: 'Promedio de la clase',
  median: 'Mediana',
  lowest: 'Más baja',
  highest: 'Más alta',
  total: 'Total',
  scaled: 'ajustado al 100 %',
  courseAverages: 'Promedios del curso',
  grade: 'Calificación',
  from: 'Desde',
  highlightBelow: 'Resaltar las notas inferiores a',

  period: 'Grupo',
  noPeriod: 'Sin grupo',
  sumOf: (average) => `${average}: suma`,
  studentsOf: (average) => `${average}: estudiantes`,

  mark: 'Marca',
  meaning: 'Significado',
  check: 'Comprobación',
  agrees: 'coincide',
  checked: ({ students, tasks, scores }) =>
    `Al escribir el libro se contaron ${count(students, 'estudiante')}, ${count(tasks, 'tarea')} y ` +
    `${count(scores, 'nota')}, y se sumaron las notas. Todo coincide con la base de datos.`,

  lastName: 'Apellidos',
  firstName: 'Nombre',
  studentId: 'Identificador',
  email: 'Correo electrónico',
  status: 'Estado',
  averageOf: (category) => `Promedio de ${category}`,
  due: 'Fecha de entrega',
  pointsPossible: 'Puntos posibles',

  active: 'Activo',
  dropped: 'De baja',
  taskStatuses: {
    not_started: 'Sin empezar',
    in_progress: 'En curso',
    completed: 'Completada',
    submitted: 'Entregada',
    missing: 'Falta',
    exempt: 'Exenta',
  },

  legend: {
    late: { mark: 'Con retraso', meaning: 'en cursiva: se entregó con retraso' },
    provisional: { mark: 'Provisional', meaning: 'subrayada: la nota aún puede cambiar' },
    lateAndProvisional: {
      mark: 'Con retraso y provisional',
      meaning: 'en cursiva y subrayada: ambas cosas',
    },
    dropped: {
      mark: 'De baja',
      meaning: 'en gris, debajo de los demás: no cuenta en los promedios ni como nota más baja o más alta',
    },
    weight: {
      mark: 'Peso',
      meaning: 'sobre amarillo: puede cambiarlo, y todos los promedios de este libro se recalculan',
    },
    word: {
      mark: 'Una palabra',
      meaning: 'Completada, En curso, Sin empezar, Entregada, Falta, Exenta: no hay nota, y no cuenta en ' +
        'ningún promedio',
    },
    empty: { mark: 'Una celda vacía', meaning: 'la tarea no se asignó al estudiante' },
    zero: { mark: '0%', meaning: 'también: sin empezar o falta al vencer el plazo de entrega' },
    points: {
      mark: 'Puntos',
      meaning: 'nota × puntos posibles; en porcentaje si la tarea no tiene puntos posibles, y en todos los ' +
        'promedios',
    },
    numbers: {
      mark: '1, 2, …',
      meaning: 'sobre las columnas: el número de la categoría, que usan las fórmulas',
    },
  },

  changes: {
    since: (day) => `Cambios desde la exportación del ${day}`,
    none: (day) => `Nada ha cambiado desde la exportación del ${day}.`,
    noEarlier: 'No hay ninguna exportación anterior con la que comparar.',
    more: (count) => `… y ${count} más`,
    what: 'Qué',
    subject: 'Tarea o ajuste',
    before: 'Antes',
    after: 'Después',
    note: 'Observación',
    kinds: {
      setting_changed: 'Ajuste modificado',
      category_added: 'Categoría nueva',
      category_removed: 'Categoría eliminada',
      category_changed: 'Categoría modificada',
      period_added: 'Grupo nuevo',
      period_removed: 'Grupo eliminado',
      period_changed: 'Grupo modificado',
      task_added: 'Tarea nueva',
      task_removed: 'Tarea eliminada',
      task_changed: 'Tarea modificada',
      class_average_changed: 'Promedio de la clase modificado',
      student_joined: 'Estudiante incorporado',
      student_left: 'Estudiante dado de baja',
      student_moved: 'Estudiante cambiado de grupo',
      student_changed: 'Datos del estudiante modificados',
      average_changed: 'Promedio modificado',
      score_added: 'Nota nueva',
      score_removed: 'Nota eliminada',
      score_changed: 'Nota modificada',
      status_changed: 'Estado modificado',
    },
    fields: {
      title: 'Título',
      time_zone: 'Zona horaria',
      missing_counts: 'Trabajo no entregado',
      grading_scale: 'Escala de calificaciones',
    },
    missing: { ignored: 'no cuenta', zero: 'cuenta como 0%' },
    notes: {
      late: 'ahora con retraso',
      notLate: 'ya no con retraso',
      provisional: 'ahora provisional',
      final: 'ya no provisional',
      points: (before, after) => `Puntos: ${before} → ${after}`,
    },
  },

  page: (page, pages) => `Página ${page} de ${pages}`,
}

function count (n: number, noun: string): string {
  return `${number(n)} ${noun}${n === 1 ? '' : 's'}`
}

/** With no-break spaces; numbers of four digits are not grouped. */
function number (n: number): string {
  return n < 10_000 ? String(n) : groupDigits(n, '\u00a0')
}
