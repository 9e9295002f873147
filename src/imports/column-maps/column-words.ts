// What the header of a column says about the column, in the languages of the schools that use Perfbook.
import type { MapUse } from './map-values.ts'

type IdentityUse = Exclude<MapUse, 'task' | 'left_out'>

/** Headers without case, accents, blanks and signs. The first ones say it most clearly. */
const IDENTITY: Readonly<Record<IdentityUse, readonly string[]>> = {
  student_id: [
    'studentid', 'studentnumber', 'studentno', 'studentnr', 'studentnum', 'studentidnumber', 'idnumber',
    'sisid', 'sisuserid', 'stateid', 'schoolid', 'localid', 'districtid', 'pupilid', 'learnerid', 'permid',
    'permnum', 'permnumber', 'permanentid', 'emplid', 'universityid', 'campusid', 'banneridn', 'bannerid',
    'upn', 'personid', 'candidatenumber', 'stu#', 'student#', 'id#', 'stuid', 'stunum', 'stuno', 'otherid',
    'matricula', 'numerodematricula', 'numeromatricula', 'nomatricula',
    'matriculaid', 'numerodeestudiante', 'numeroestudiante', 'iddeestudiante', 'idestudiante',
    'iddelestudiante', 'iddealumno', 'idalumno', 'codigo', 'numerodeid', 'nia', 'matrikelnummer',
    'matrikelnr', 'schulernummer', 'schuelernummer', 'schulerid', 'schuelerid', 'numeroetudiant',
    'numeroetudiante', 'numeroeleve', 'identifiantnational', 'leerlingnummer', 'studentnummer', 'elevid',
    'numerodealuno', 'registrationnumber', 'admissionnumber', 'rollnumber', 'rollno', 'id', 'identifier',
    'number',
  ],
  login: [
    'username', 'login', 'loginid', 'userid', 'user', 'netid', 'account', 'accountname', 'sisloginid',
    'usuario', 'nombredeusuario', 'benutzername', 'kennung', 'anmeldename', 'identifiant', 'nomdutilisateur',
    'nomeutente', 'gebruikersnaam', 'brukernavn', 'brugernavn', 'kayttajatunnus', 'anvandarnamn',
    'nomedeusuario',
  ],
  email: [
    'email', 'emailaddress', 'studentemail', 'studentemailaddress', 'schoolemail', 'mail', 'mailaddress',
    'emailid', 'primaryemail', 'correo', 'correoelectronico', 'direcciondecorreo',
    'direcciondecorreoelectronico', 'correodelestudiante', 'emailadresse', 'mailadresse', 'courriel',
    'adressedecourriel', 'adressemail', 'adresseemail', 'emailadres', 'epost', 'epostadress',
    'endereçodeemail', 'enderecodeemail', 'indirizzoemail',
  ],
  first_name: [
    'firstname', 'first', 'givenname', 'givennames', 'forename', 'forenames', 'studentfirstname', 'fname',
    'nombres', 'nombredepila', 'primernombre', 'vorname', 'vornamen', 'prenom', 'prenoms', 'voornaam',
    'fornamn', 'fornavn', 'primeironome', 'nomeproprio',
  ],
  last_name: [
    'lastname', 'last', 'surname', 'familyname', 'studentlastname', 'lname', 'apellido', 'apellidos',
    'etternavn', 'nachname', 'familienname', 'nomdefamille', 'cognome', 'achternaam', 'efternamn',
    'sobrenome', 'apelido',
  ],
  name: [
    'studentname', 'fullname', 'student', 'name', 'names', 'pupil', 'pupilname', 'learner', 'learnername',
    'displayname', 'lastnamefirstname', 'lastfirst', 'namelastfirst', 'firstandlastname', 'nameofstudent',
    'students', 'nombrecompleto', 'nombredelestudiante', 'nombredelalumno', 'nombreyapellido',
    'nombreyapellidos', 'apellidosynombre', 'apellidosynombres', 'apellidosnombre', 'estudiante',
    'estudiantes', 'alumno', 'alumna', 'alumnos', 'alumnado', 'nombre', 'schuler', 'schueler', 'schulerin',
    'schuelerin', 'schulername', 'namevorname', 'vornamename', 'nachnamevorname', 'teilnehmer', 'eleve',
    'etudiant', 'etudiante', 'nomprenom', 'nometprenom', 'nomcomplet', 'nom', 'nome', 'nomecompleto',
    'studente', 'alunno', 'aluno', 'estudantes', 'naam', 'leerling', 'namn', 'elev', 'navn',
  ],
  period: [
    'period', 'classperiod', 'section', 'sections', 'sectionname', 'class', 'classname', 'group', 'hour',
    'block', 'per', 'homeroom', 'cohort', 'periodo', 'grupo', 'seccion', 'clase', 'klasse', 'kurs', 'gruppe',
    'classe', 'groupe', 'gruppo', 'turma', 'klas', 'klass', 'grupp',
  ],
}

/** Of columns that are no scores although they may hold numbers. */
const NOT_USED = new Set([
  'grd', 'gr', 'gradelevel', 'year', 'yearlevel', 'yeargroup', 'gender', 'sex', 'age', 'dob',
  'dateofbirth', 'birthdate', 'birthday', 'phone', 'phonenumber', 'telephone', 'mobile', 'cell',
  'address', 'zip', 'zipcode', 'postcode',
  'city', 'parent', 'parentname', 'parentemail', 'guardian', 'guardianemail', 'guardianname', 'teacher',
  'teachername', 'instructor', 'notes', 'note', 'comment', 'comments', 'remarks', 'nickname', 'preferredname',
  'preferredfirstname', 'pronouns', 'course', 'coursename', 'courseid', 'subject', 'school', 'term',
  'semester', 'counselor', 'absences', 'absent', 'tardies', 'tardy', 'attendance', 'dayspresent',
  'daysabsent', 'seat', 'advisor', 'locker', 'middlename', 'middleinitial', 'mi', 'suffix', 'grado', 'sexo',
  'edad', 'telefono', 'comentarios', 'observaciones', 'notas', 'ausencias', 'faltas', 'curso', 'materia',
  'profesor', 'geschlecht', 'geburtsdatum', 'bemerkung', 'bemerkungen', 'kommentar', 'remarque', 'remarques',
  'commentaire', 'commentaires', 'sexe', 'lehrer',
])

/** Words of which one makes a column a total, and whole headers that are totals. */
const TOTAL_WORDS = new Set([
  'total', 'totals', 'subtotal', 'average', 'avg', 'mean', 'overall', 'gpa', 'rank', 'ranking', 'sum',
  'promedio', 'media', 'suma', 'summe', 'gesamt', 'durchschnitt', 'schnitt', 'mittelwert', 'gesamtnote',
  'gesamtpunkte', 'moyenne', 'totale', 'gemiddelde', 'totaal',
])
const TOTALS = new Set([
  'grade', 'grades', 'finalgrade', 'coursegrade', 'currentgrade', 'lettergrade', 'semestergrade',
  'quartergrade', 'termgrade', 'classgrade', 'numericgrade', 'letter',
  'mark', 'finalmark', 'score', 'finalscore', 'currentscore',
  'points', 'pointsearned', 'percent', 'percentage', 'pct', '%', 'result', 'finalpercent', 'finalpercentage',
  'currentpercent', 'calificacionfinal', 'calificacion', 'notafinal', 'nota', 'puntaje', 'porcentaje',
  'inprogress', 'inprogress%', 'inprogressgrade', 'progressgrade', 'endnote', 'punkte', 'prozent',
  'notefinale', 'notafinale', 'mediafinal',
])
/** Of a column with the names of assignments, in a table with a row for each score. */
const TASK_NAMES = new Set([
  'assignment', 'assignmentname', 'assignmenttitle', 'task', 'taskname', 'activity', 'activityname', 'item',
  'itemname', 'lineitem', 'gradeitem', 'assessment', 'assessmentname', 'assessmenttitle', 'coursework',
  'test', 'testname', 'tarea', 'actividad', 'evaluacion', 'aufgabe', 'leistung', 'devoir', 'evaluation',
])
const ROW_NUMBERS = new Set([
  '#', 'no', 'nr', 'num', 'row', 'n', 'line', 'sn', 'sno', 'serial', 'serialno', 'lfdnr', 'numero',
])
const PERCENT = new Set([
  '%', 'percent', 'percentage', 'pct', 'porcentaje', 'prozent', 'pourcentage', 'percentuale',
])
/** Headers that are only half of a name if another column has the other half. */
const PLAIN_NAMES = new Set(['name', 'nombre', 'nom', 'nome', 'naam', 'namn'])

/** Most characters of a header that are looked at. */
const HEADER_LOOKED_AT = 200

/** What a header says; `rank`: how clearly, the lower the better. */
export interface HeaderMeaning {
  identity: { use: IdentityUse, rank: number } | undefined
  isNotUsed: boolean
  isTotal: boolean
  isRowNumber: boolean
  isTaskName: boolean
  isPercent: boolean
  isPlainName: boolean
}

const RANKED = new Map(
  (Object.entries(IDENTITY) as Array<[IdentityUse, readonly string[]]>)
    .flatMap(([use, keys]) => keys.map((key, rank) => [key, { use, rank }] as const))
)

export function meaningOf (header: string): HeaderMeaning {
  const words = wordsOf(header)
  const key = words.join('')
  return {
    identity: RANKED.get(key),
    isNotUsed: NOT_USED.has(key),
    isTotal: TOTALS.has(key) || words.some((word) => TOTAL_WORDS.has(word)),
    isRowNumber: ROW_NUMBERS.has(key),
    isTaskName: TASK_NAMES.has(key),
    isPercent: words.some((word) => PERCENT.has(word)),
    isPlainName: PLAIN_NAMES.has(key),
  }
}

function wordsOf (header: string): string[] {
  const plain = header.slice(0, HEADER_LOOKED_AT).normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
  return plain.match(/[\p{L}\p{N}]+|[%#]/gu) ?? []
}

const UNIT = '(?:points?|pts?\\.?|marks?|puntos?|punkte|pkt\\.?|poeng|po[aä]ng|pontos|punti|punten|p)'
const AMOUNT = '(\\d{1,6}(?:[.,]\\d{1,3})?)'
const LIMIT = '(?:out of|m[aá](?:x|ks)\\.?(?:imum)?(?: points)?:?|of|sobre|von|sur|av|/)'
/** "HW 1 (out of 10)", "HW 1 [10 points]", "HW 1 - 10 pts", "HW 1 out of 10". */
const CLEAR = new RegExp(
  `^(.*\\S) ?(?:[([] ?(?:${LIMIT} ?${AMOUNT} ?${UNIT}?|${AMOUNT} ?${UNIT}) ?[)\\]]|` +
    `[-–:,/] ?${AMOUNT} ?${UNIT}|out of ${AMOUNT} ?${UNIT}?)$`, 'iu'
)
/** "HW 1 (10)", "HW 1 /10", "HW 1 - 10": the number may be another one. */
const UNCLEAR = new RegExp(`^(.*\\S) ?(?:[([] ?${AMOUNT} ?[)\\]]|/ ?${AMOUNT}| [-–] ${AMOUNT})$`, 'u')
const IN_PERCENT = /^(.*\S) ?(?:[([] ?%(?: ?100)? ?[)\]]|%)$/u

/** The title and the points possible that a header names. Undefined: it names none. */
export function pointsInHeader (
  header: string
): { title: string, points: number, isClear: boolean } | undefined {
  const text = singleSpaced(header)
  if (text === undefined) return undefined
  for (const [pattern, isClear] of [[CLEAR, true], [UNCLEAR, false]] as const) {
    const [, title = '', ...amounts] = pattern.exec(text) ?? []
    const points = Number(amounts.find((one) => one !== undefined)?.replace(',', '.'))
    if (points > 0 && /\p{L}/u.test(title)) return { title: title.trim(), points, isClear }
  }
  return undefined
}

/** The header of a column in percent without its sign. */
export function withoutPercent (header: string): string {
  return IN_PERCENT.exec(singleSpaced(header) ?? '')?.[1]?.trim() ?? header
}

function singleSpaced (header: string): string | undefined {
  return header.length > HEADER_LOOKED_AT ? undefined : header.replace(/\s+/g, ' ').trim()
}

/** The label of a row of points possible. */
const POINTS_LABEL =
  /^(max(imum)?\.?( (points|score|marks?|pts\.?))?|points?( possible| max)?|possible( points)?|total points|out of|pts\.?|full marks|puntos( posibles)?|puntaje( maximo)?|maximo|(max(imal)?\.? ?)?punkte|maximum|bareme)[:.]?$/i

/** The number in a cell of the row of points possible: "8" for "8", "8 pts", "Max: 8" and "/8". */
export function amountIn (cell: string): string {
  return cell.length > 40
    ? cell
    : cell.replace(/^(max(imum)?\.?|out of|of|sobre|von|\/)[: ]? ?(?=\d)/i, '').replace(/ ?(points?|pts?\.?)$/i, '')
}

export function isPointsLabel (cell: string): boolean {
  return cell.length <= 40 && POINTS_LABEL.test(cell.normalize('NFD').replace(/\p{M}/gu, ''))
}
