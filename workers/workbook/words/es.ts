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
  commandLine: 'línea de comandos',
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
  highlightNote: 'con 0 % no se resalta nada',
  below: (limit) => `menos de ${limit} %`,
  between: (from, to) => `${from}–${to} %`,
  above: (from) => `${from} % o más`,
  chartDescription: 'Gráfico de columnas: estudiantes en cada intervalo de promedios del curso',
  enterPercent: 'Escriba un porcentaje entre 0 % y 100 %.',
  enterLimit: 'Escriba el promedio mínimo para esta calificación, por ejemplo, 90 %. Los límites van de ' +
    'mayor a menor.',

  period: 'Grupo',
  noPeriod: 'Sin grupo',
  sumOf: (average) => `${average}: suma`,
  studentsOf: (average) => `${average}: estudiantes`,
  lowestOf: (average) => `${average}: el más bajo`,
  highestOf: (average) => `${average}: el más alto`,

  mark: 'Marca',
  example: 'Ejemplo',
  meaning: 'Significado',
  check: 'Comprobación',
  agrees: 'coincide',
  checked: ({ students, tasks, scores }) =>
    `${count(students, 'estudiante')}, ${count(tasks, 'tarea')}, ${count(scores, 'nota')} y la suma de las ` +
    'notas coinciden con la base de datos.',

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
    missing: 'No entregada',
    exempt: 'Exenta',
  },

  legend: {
    late: { mark: 'Con retraso', meaning: 'en cursiva: se entregó con retraso' },
    provisional: { mark: 'Provisional', meaning: 'subrayada: la nota aún puede cambiar' },
    lateAndProvisional: {
      mark: 'Con retraso y provisional',
      meaning: 'en cursiva y subrayada: ambas cosas',
    },
    zero: {
      mark: 'Cero por tarea no entregada',
      meaning: 'en un recuadro: al vencer el plazo estaba sin empezar o no entregada; cuenta como 0',
    },
    missing: { mark: 'Tarea no entregada', meaning: 'en negrita sobre rojo' },
    low: {
      mark: 'Nota baja',
      meaning: 'en negrita sobre naranja: inferior al límite de arriba; no se marca a quienes están de baja',
    },
    dropped: {
      mark: 'Estudiante de baja',
      meaning: 'en gris, debajo de los demás: no cuenta en el promedio ni en el valor más bajo o más alto',
    },
    word: {
      mark: 'Una palabra',
      meaning: 'el estado de una tarea sin nota: no cuenta en ningún promedio',
    },
    empty: { mark: 'Una celda vacía', meaning: 'la tarea no se asignó al estudiante' },
    points: {
      mark: 'Puntos',
      meaning: 'nota × puntos posibles; los promedios y las tareas sin puntos posibles van en porcentaje',
    },
    input: { mark: 'Una celda amarilla', meaning: 'puede cambiarla, y el libro se recalcula' },
    numbers: {
      mark: 'Números pequeños en la fila 1',
      meaning: 'el número de la categoría, que usan las fórmulas',
    },
    row4: {
      mark: 'Fila 4',
      meaning: 'los puntos posibles de las tareas; sobre el promedio de una categoría, su peso de esta hoja',
    },
    bands: {
      mark: 'Intervalos de promedios',
      meaning: 'un promedio igual a un límite cuenta en el intervalo que empieza en él',
    },
    median: {
      mark: 'Mediana',
      meaning: 'la de todo el curso es un número fijo: no se puede calcular a partir de varias hojas',
    },
  },

  changes: {
    since: (day) => `Cambios desde la exportación del ${day}`,
    none: (day) => `No ha cambiado nada desde la exportación del ${day}.`,
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
      student_joined: 'Estudiante nuevo',
      student_left: 'Estudiante dado de baja',
      student_moved: 'Cambio de grupo',
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
      missing_counts: 'Tareas no entregadas',
      grading_scale: 'Escala de calificaciones',
    },
    missing: { ignored: 'no cuenta', zero: 'cuenta como 0 %' },
    percent: (limit) => `${limit} %`,
    notes: {
      late: 'ahora con retraso',
      notLate: 'ya sin retraso',
      provisional: 'ahora provisional',
      final: 'ya no es provisional',
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
