import type { Text } from './en.ts'
import type { ImportTextKey } from './import-en.ts'

export const importEs: Readonly<Record<ImportTextKey, Text>> = {
  'import.lead': 'Importe un paquete OneRoster (zip), un documento performance-book (json) o un libro de ' +
    'notas de otro sistema (csv o xlsx). Primero se comprueba el archivo. No cambia nada hasta que ' +
    'elija Importar.',
  'import.leadOfCourse':
    'Importe en este curso un libro de notas de otro sistema (csv o xlsx) o un documento performance-book' +
    ' (json). Primero se comprueba el archivo. No cambia nada hasta que elija Importar. Una importación ' +
    'cambia las tareas, las categorías y las notas de este curso, y los estudiantes que el archivo ' +
    'nombra. No cambia cuentas, docentes, la lista importada ni otros cursos: esas filas se omiten y se ' +
    'cuentan, y un archivo de otro curso se rechaza.',
  'import.choose': 'Elegir un archivo',
  'import.chooseOther': 'Elegir otro archivo',
  'import.drop': 'o suéltelo aquí: zip, csv, xlsx o json',
  'import.options': 'Cómo se lee el archivo',
  'import.format': 'Formato',
  'import.format.auto': 'Detectar automáticamente',
  'import.format.oneroster': 'OneRoster',
  'import.format.performance-book': 'performance-book/1',
  'import.format.canvas': 'Libro de notas de Canvas',
  'import.format.moodle': 'Libro de notas de Moodle',
  'import.format.brightspace': 'Libro de notas de Brightspace',
  'import.format.blackboard': 'Libro de notas de Blackboard',
  'import.format.google-classroom': 'Notas de Google Classroom',
  'import.format.gradescope': 'Notas de Gradescope',
  'import.format.schoology': 'Libro de notas de Schoology',
  'import.format.sakai': 'Libro de notas de Sakai',
  'import.format.edx': 'Informe de notas de Open edX',
  'import.format.spreadsheet': 'Tabla con columnas elegidas a mano',
  'import.format.sds': 'Microsoft School Data Sync',
  'import.format.clever': 'Clever',
  'import.zone.auto': 'La del archivo o la del servidor',
  'import.dates': 'Orden de las fechas',
  'import.dates.auto': 'Año, mes, día (2026-08-15)',
  'import.dates.mdy': 'Mes, día, año (8/15/2026)',
  'import.dates.dmy': 'Día, mes, año (15/8/2026)',
  'import.sheet': 'Hoja',
  'import.sheet.auto': 'La primera con valores',
  'import.course': 'Curso',
  'import.courseHelp': 'Su nombre o identificador. Si el curso no existe, se crea.',
  'import.teacher': 'Correo electrónico del docente',
  'import.teacherHelp': 'Este docente recibe acceso al curso.',
  'import.strict': 'Tratar las advertencias como errores',
  'import.allowRemovals': 'Permitir eliminaciones: más de la mitad de los resultados de un curso',
  'import.allowSkips': 'Permitir filas omitidas: más de una décima parte de un archivo, porque remiten a ' +
    'registros que faltan',
  'import.allowNewPeople': 'Permitir personas nuevas: más de una décima parte de un libro de notas',
  'import.allowErased': 'Permitir personas borradas: volver a admitirlas',
  'import.check': 'Comprobar',
  'import.import': 'Importar',
  'import.needsFile': 'Elija primero un archivo.',
  'import.needsCourse': 'Indique de qué curso es este libro de notas.',
  'import.hint': 'Comprobar no cambia nada.',
  'import.hintChecked': 'El archivo está comprobado. Importar hace los cambios del informe de abajo.',
  'import.progress': 'Progreso de la importación',
  'import.uploading': 'Subiendo: {progress}.',
  'import.running': 'Leyendo el archivo: {progress}.',
  'import.lost': 'Se perdió la conexión. La importación continúa, y esta página se reconecta ' +
    'automáticamente.',
  'import.refused': 'No se aceptó el archivo. {reason}',
  'import.gone': 'El servidor ya no tiene esta importación (trabajo {id}).',
  'import.spokenDone': 'El informe está listo.',
  'import.spokenFailed': 'El archivo no se importó. El informe dice por qué.',
  'import.canceled': 'Cancelado. No ha cambiado nada.',
  'import.report': 'Resultado',
  'import.reportOfCheck': 'Resultado de la comprobación',
  'import.checked': 'El archivo se puede importar. Esto es lo que cambiaría:',
  'import.wouldChangeNothing': 'El archivo se puede leer, pero todo lo que contiene ya está aquí: no ' +
    'cambiaría nada.',
  'import.done': 'Importado. Esto es lo que cambió:',
  'import.changedNothing': 'Todo lo que contiene el archivo ya estaba aquí: no cambió nada.',
  'import.failed': {
    one: '{count} error. No ha cambiado nada. Vea abajo qué hacer y vuelva a comprobar.',
    many: '{count} de errores. No ha cambiado nada. Vea abajo qué hacer y vuelva a comprobar.',
    other: '{count} errores. No ha cambiado nada. Vea abajo qué hacer y vuelva a comprobar.',
  },
  'import.failedOtherwise': 'El archivo no se importó. No ha cambiado nada.',
  'import.counts': 'Cambios por tipo',
  'import.added': 'Añadidos',
  'import.updated': 'Modificados',
  'import.unchanged': 'Sin cambios',
  'import.removed': 'Eliminados',
  'import.courses': 'Cursos',
  'import.periods': 'Grupos',
  'import.students': 'Estudiantes',
  'import.tasks': 'Tareas',
  'import.scores': 'Notas',
  'import.warnings': {
    one: '{count} advertencia',
    many: '{count} de advertencias',
    other: '{count} advertencias',
  },
  'import.warning': 'Advertencia',
  'import.firstPlace': 'Primera vez en',
  'import.times': 'Veces',
  'import.columns': {
    one: '{count} columna del archivo',
    many: '{count} de columnas del archivo',
    other: '{count} columnas del archivo',
  },
  'import.column': 'Columna',
  'import.usedAs': 'Se usa como',
  'import.why': 'Por qué',
  'import.moreColumns': {
    one: 'No se muestra {count} más.',
    many: 'No se muestran {count} más.',
    other: 'No se muestran {count} más.',
  },
  'import.errors': { one: '{count} error', many: '{count} de errores', other: '{count} errores' },
  'import.place': 'Dónde',
  'import.problem': 'Problema',
  'import.moreErrors': {
    one: 'No se muestra {count} más.',
    many: 'No se muestran {count} más.',
    other: 'No se muestran {count} más.',
  },
  'import.toCourses': 'Ir a los cursos',
  'import.toBook': 'Ir al libro de rendimiento',
  'import.past': 'Importaciones anteriores',
  'import.pastNone': 'Aquí aún no se ha importado nada.',
  'import.changes': 'Cambios',
  'import.warningCount': 'Advertencias',
  'import.undo': 'Deshacer',
  'import.undoOf': 'Deshacer la importación de {file}',
  'import.undone': 'Deshecha',
  'import.partlyUndone': 'Deshecha en parte',
  'import.undoText': 'Cada curso vuelve a ser lo que era antes de esta importación: notas, tareas, ' +
    'estudiantes y docentes. Los pesos y otros ajustes que se cambiaron después se conservan. Los cursos ' +
    'nuevos de esta importación se eliminan; los que tienen exportaciones quedan, vacíos. Esto no se puede ' +
    'deshacer.',
  'import.checkOnly': 'Solo comprobación',

  'warning.left_out':
    'Se omitieron filas sobre cuentas, docentes, grupos u otros cursos; solo la importación de un ' +
    'administrador puede cambiarlos',
  'warning.manifest_missing': 'No hay manifest.csv; todos los archivos se tomaron como completos (bulk)',
  'warning.manifest_incomplete': 'Hay un archivo que manifest.csv no nombra; se tomó como los demás',
  'warning.unknown_version': 'El paquete nombra una versión de OneRoster desconocida; se leyó como 1.2',
  'warning.oneroster_1_0': 'Las columnas de OneRoster 1.0 se leyeron como las de 1.1',
  'warning.blank_lines': 'Se omitieron líneas en blanco',
  'warning.windows_1252':
    'Un archivo no está en UTF-8 y se leyó como Windows-1252; compruebe los nombres que contiene',
  'warning.sheets_not_read':
    'El libro de Excel tiene varias hojas con valores; elija otra con "Hoja" en la ' +
    'página o --sheet en la línea de comandos',
  'warning.title_rows': 'Se omitieron filas encima del encabezado',
  'warning.cells_without_header': 'Se omitieron celdas de columnas sin encabezado',
  'warning.hidden_cells': 'Hay valores en filas o columnas ocultas; se importaron como los demás',
  'warning.cut_off':
    'La última fila de un archivo tiene menos celdas que el encabezado y no termina con un salto de línea; ' +
    'se leyó, pero es posible que el archivo esté incompleto',
  'warning.duplicate_id':
    'Un sourcedId aparece dos veces en un archivo; cuenta el más reciente o, si no, la última línea',
  'warning.duplicate_result':
    'Un estudiante tiene varios resultados para una tarea; cuenta el más reciente o, si no, la última línea',
  'warning.results_of_two_classes':
    'Un estudiante tiene resultados de una tarea en dos grupos; cuenta el que tiene nota, si no el más ' +
    'reciente, si no la última línea',
  'warning.result_without_enrollment':
    'Se omitieron resultados de estudiantes sin matrícula en ningún grupo del curso',
  'warning.result_of_deleted': 'Se omitieron resultados de tareas o usuarios eliminados',
  'warning.result_not_known': 'Un resultado que se debía eliminar no estaba',
  'warning.enrollment_skipped':
    'Se omitieron matrículas porque su grupo o su usuario no está en ningún archivo',
  'warning.line_item_skipped': 'Se omitieron tareas porque su grupo no está en ningún archivo',
  'warning.result_skipped':
    'Se omitieron resultados porque su tarea o su estudiante no está en ningún archivo',
  'warning.category_missing':
    'Hay tareas que nombran una categoría que no está en ningún archivo; quedan sin categoría',
  'warning.course_missing':
    'Hay grupos que nombran un curso que no está en ningún archivo; cada uno es un curso propio',
  'warning.school_missing':
    'Hay grupos que nombran un centro que no está en ningún archivo; se tomaron sin él',
  'warning.term_missing':
    'Hay grupos que nombran un periodo que no está en ningún archivo; se tomaron sin él',
  'warning.reference_to_deleted': 'Se omitieron registros que pertenecen a algo eliminado',
  'warning.class_without_course': 'Un grupo no nombra ningún curso; es un curso propio',
  'warning.title_missing': 'Falta un título; se muestra el identificador',
  'warning.end_before_begin': 'Una matrícula termina antes de empezar; se tomó como si no tuviera fin',
  'warning.all_students_dropped':
    'Todos los estudiantes de un curso figuran como dados de baja: sus matrículas terminaron antes del ' +
    'último periodo del curso o ya no están',
  'warning.teacher_without_email':
    'Un docente no tiene correo, así que no puede iniciar sesión ni ver el curso',
  'warning.category_weights_differ':
    'Categorías con el mismo título tienen pesos distintos en un curso; cuenta la primera',
  'warning.points_possible_missing':
    'Una tarea no tiene un resultValueMax mayor que su resultValueMin, así que sus resultados no tienen nota',
  'warning.score_scale_ignored': 'Las escalas no se usan; las notas cuentan por su número',
  'warning.score_not_a_number':
    'Una nota es una letra o una palabra; el resultado se importó sin nota',
  'warning.unknown_score_status': 'Un scoreStatus es desconocido; cuenta como vacío',
  'warning.unknown_role': 'Una matrícula tiene una función desconocida, que no da acceso',
  'warning.date_with_time': 'Una fecha tiene hora, que no se tuvo en cuenta',
  'warning.due_instant': 'Una fecha de entrega es un instante; cuenta su fecha en la zona horaria del curso',
  'warning.unreadable_date_last_modified': 'Un dateLastModified no se puede leer; cuenta como vacío',
  'warning.lone_surrogate': 'Caracteres rotos (sustitutos sueltos) se cambiaron por U+FFFD',
  'warning.duplicate_teacher': 'Un docente aparece dos veces; cuenta el primero',
  'warning.grades_in_words':
    'Una columna tiene palabras o letras en lugar de números; se importaron como completadas, sin nota',
  'warning.points_without_possible':
    'Una columna tiene puntos pero no puntos posibles, así que no da nota; exporte también los porcentajes',
  'warning.row_of_no_student': 'Se omitieron filas de estudiantes de prueba',
  'warning.row_of_averages': 'Se omitieron filas de promedios, que no son de ningún estudiante',
  'warning.row_about_no_student':
    'Se omitieron filas que no nombran a ningún estudiante, como las de notas al margen; revise la primera',
  'warning.erased_person':
    'Se omitieron personas cuyos datos se borraron; para volver a admitirlas, use «Permitir personas ' +
    'borradas» en la página o --allow-erased en la línea de comandos',
  'warningOfTeacher.erased_person':
    'Se omitieron personas cuyos datos se borraron; pida a un administrador que vuelva a admitirlas',
  'warning.people_matched_loosely':
    'Personas de un libro de notas se encontraron solo sin distinguir mayúsculas ni ceros iniciales',
  'warning.people_matched_by_name': 'Personas de un libro de notas se encontraron solo por su nombre',
  'warning.people_in_conflict':
    'Se omitieron filas de un libro de notas cuyos valores señalan a personas distintas',
  'warning.new_people': 'Se añadieron al curso personas de un libro de notas que no estaban en él',
  'warning.namesake_courses':
    'Otros cursos tienen el mismo nombre; se usa aquel cuyo identificador de origen se indicó',
  'warning.all_weights_zero':
    'Todas las ponderaciones de un curso son 0, por lo que no hay promedios del curso; cámbielas en la ' +
    'configuración del curso',
  'warning.category_added':
    'El curso tiene una categoría nueva; compruebe los pesos en los ajustes del curso',
  'warning.tasks_of_earlier_file':
    'Tareas de un libro de notas anterior no están en este; se quedan como están',
  'warning.same_titles_changed':
    'Las tareas con el mismo título se distinguen por su orden, y hay más o menos que en el archivo ' +
    'anterior; compruebe sus notas',
  'warning.grade_columns_without_suffix':
    'Ninguna columna tiene un sufijo como (Real), así que todas las demás se tomaron como tareas; vea la ' +
    'lista de columnas',
  'warning.renamed_total_left_out':
    'Se omitió una columna con nombre de total del curso; vea la lista de columnas',
  'warning.renamed_total_taken':
    'Una columna que puede ser un total del curso renombrado se tomó como tarea; vea la lista de columnas',

  'column.task_points': 'tarea, en puntos',
  'column.task_percent': 'tarea, en porcentaje',
  'column.task_maximum': 'los puntos posibles de una tarea',
  'column.task_submitted': 'cuándo se entregó una tarea',
  'column.task_lateness': 'con cuánto retraso se entregó una tarea',
  'column.identity_name': 'identidad: el nombre completo',
  'column.identity_first_name': 'identidad: el nombre',
  'column.identity_last_name': 'identidad: los apellidos',
  'column.identity_student_id': 'identidad: el identificador del estudiante',
  'column.identity_system_id': 'identidad: el identificador en el otro sistema',
  'column.identity_login': 'identidad: el usuario',
  'column.identity_email': 'identidad: el correo',
  'column.identity_period': 'identidad: el grupo',
  'column.left_out': 'omitida',
  'columnReason.not_used': 'Perfbook no la usa',
  'columnReason.not_chosen': 'el mapa de columnas no la elige',
  'columnReason.no_title': 'no tiene título',
  'columnReason.read_only': 'la calcula el otro sistema (solo lectura)',
  'columnReason.total': 'es un total',
  'columnReason.maybe_total': 'su nombre parece el de un total del curso renombrado',
  'columnReason.maybe_total_taken': 'puede ser un total del curso renombrado',
  'columnReason.no_points': 'no tiene puntos posibles',
  'columnReason.custom': 'es una columna personalizada, no una tarea',
  'columnReason.no_suffix': 'otras columnas tienen un sufijo como (Real), y esta no',
  'columnReason.percentage_used': 'se usan los porcentajes de la misma actividad',
  'columnReason.letter': 'las letras no son notas',
  'columnReason.text': 'un texto no es una nota',
  'columnReason.weighted': 'tiene puntos ponderados; solo se leen los puntos',
  'columnReason.feedback': 'los comentarios no son notas',
  'columnReason.twice': 'una columna anterior tiene el mismo nombre',

  'error.BODY_TOO_LARGE': 'El archivo es mayor de lo que acepta el servidor (IMPORT_MAX_BYTES).',
}
