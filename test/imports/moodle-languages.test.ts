// Grade exports of Moodle in its languages: the same file, with the words of each language pack.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { createWorld, warningCounts } from './bundles.ts'

/** First name, last name, ID number, email; activity, its points and percentage; totals; the download. */
const HEADERS: Record<string, string[]> = {
  de: ['Vorname', 'Nachname', 'ID-Nummer', 'E-Mail-Adresse', 'Aufgabe: Total (Punkte)',
    'Aufgabe: Total (Prozentsatz)', 'Hausaufgaben gesamt (Prozentsatz)', 'Kurs gesamt (Prozentsatz)',
    'Zuletzt aus diesem Kurs geladen'],
  es: ['Nombre', 'Apellido(s)', 'Número de ID', 'Dirección de correo', 'Tarea: Ensayo (Real)',
    'Tarea: Ensayo (Porcentaje)', 'Total Deberes (Porcentaje)', 'Total del curso (Porcentaje)',
    'Última descarga de este curso'],
  fr: ['Prénom', 'Nom de famille', 'Numéro d’identification', 'Adresse de courriel',
    'Devoir\u00A0: Essai (Brut)', 'Devoir\u00A0: Essai (Pourcentage)', 'Total de Devoirs (Pourcentage)',
    'Total du cours (Pourcentage)', 'Dernier téléchargement depuis ce cours'],
  it: ['Nome', 'Cognome', 'Codice identificativo', 'Indirizzo email', 'Compito: Saggio (Punteggio)',
    'Compito: Saggio (Percentuale)', 'Totale Compiti (Percentuale)', 'Totale corso (Percentuale)',
    'Scaricamento più recente da questo corso'],
  nl: ['Voornaam', 'Achternaam', 'Nummer (ID)', 'E-mailadres', 'Opdracht: Opstel (Reëel)',
    'Opdracht: Opstel (Percentage)', 'Huiswerk totaal (Percentage)', 'Cursustotaal (Percentage)',
    'Laatst gedownload van deze curus'],
  pl: ['Imię', 'Nazwisko', 'Numer ID', 'E-mail', 'Zadanie: Esej (Punkty)', 'Zadanie: Esej (Procentowo)',
    'Suma Prace (Procentowo)', 'W całym kursie (Procentowo)', 'Ostatnio pobrane z tego kursu'],
  pt: ['Nome', 'Apelido', 'Número de identificação (ID)', 'E-mail', 'Trabalho: Ensaio (Real)',
    'Trabalho: Ensaio (Percentagem)', 'Total de Trabalhos (Percentagem)', 'Total da disciplina (Percentagem)',
    'Última exportação desta disciplina'],
  pt_br: ['Nome', 'Sobrenome', 'Número de identificação', 'Endereço de email', 'Tarefa: Ensaio (Real)',
    'Tarefa: Ensaio (Porcentagem)', 'Tarefas total (Porcentagem)', 'Total do curso (Porcentagem)',
    'Último download realizado neste curso.'],
  sv: ['Förnamn', 'Efternamn', 'ID nummer', 'E-postadress', 'Inlämningsuppgift: Uppsats (Reell)',
    'Inlämningsuppgift: Uppsats (Procent)', 'Summa Uppgifter (Procent)', 'Totalt för kurs (Procent)',
    'Senast nedladdad från denna kurs'],
  ja: ['名', '姓', 'IDナンバ', 'メールアドレス', '課題: 作文 (実データ)', '課題: 作文 (パーセンテージ)',
    '宿題 合計 (パーセンテージ)', 'コース合計 (パーセンテージ)', 'このコースからの最新ダウンロード日時'],
  zh_cn: ['名', '姓', '学号', '电子邮件地址', '作业：作文 (分数)', '作业：作文 (百分比)', '家庭作业总分 (百分比)',
    '课程总分 (百分比)', '最近从本课程下载的'],
}
const ROWS = [
  ['Ann', 'Lee', '0042', 'ann@school.example', '7,50', '75,00 %', '75,00 %', '75,00 %', '1700000000'],
  ['Bob', 'Poe', '0043', 'bob@school.example', '-', '-', '-', '-', '1700000000'],
]

for (const [language, header] of Object.entries(HEADERS)) {
  t.test(`Moodle in ${language}`, async (t) => {
    const world = await createWorld(t)
    const file = join(world.folder, 'g.csv')
    writeFileSync(file, [header, ...ROWS].map((row) => row.join(';')).join('\r\n'))
    const outcome = await world.import(file, { course: 'X' })
    if (!outcome.ok) throw new Error(outcome.errors.map(({ message }) => message).join('; '))
    t.strictSame(warningCounts(outcome.summary), {})
    t.strictSame(outcome.summary.columns?.map((one) => [one.name, one.used_as, one.reason_code]), [
      [header[0], 'identity_first_name', null],
      [header[1], 'identity_last_name', null],
      [header[2], 'identity_student_id', null],
      [header[3], 'identity_email', null],
      [header[4], 'left_out', 'percentage_used'],
      [header[5], 'task_percent', null],
      [header[6], 'left_out', 'total'],
      [header[7], 'left_out', 'total'],
      [header[8], 'left_out', 'not_used'],
    ])
    const title = header[4]!.replace(/ \([^()]*\)$/, '')
    t.match((await world.book()).students, [
      { who: 'Ann Lee', id: '0042', cells: { [title]: 'completed 0.75' } },
      { who: 'Bob Poe', id: '0043', cells: {} },
    ])
  })
}

t.test('percentages with words of later language packs, and without a suffix', async (t) => {
  const world = await createWorld(t)
  const take = (header: string, cells: string) => {
    const file = join(world.folder, 'g.csv')
    writeFileSync(file, `${header}\nAnn,Lee,ann@school.example,${cells},1700000000\n`)
    return world.import(file, { course: header })
  }
  const polish =
    'Imię,Nazwisko,Adres e-mail,Quiz: Ruch (Procent),Suma kursu (Procent),Ostatnio pobrane z tego kursu'
  t.match(await take(polish, '80.00 %,80.00 %'), { ok: true, summary: { tasks: { added: 1 }, warnings: [] } })
  t.match((await world.book()).students, [{ cells: { 'Quiz: Ruch': 'completed 0.8' } }])
  const english = 'First name,Last name,Email address,Quiz: Motion,Last downloaded from this course'
  t.match(await take(english, '80.00 %'), { ok: true, summary: { tasks: { added: 1 } } })
  t.match((await world.books()).at(-1)?.students, [{ cells: { 'Quiz: Motion': 'completed 0.8' } }])
  t.match(await take(polish.replaceAll('Procent', 'Odsetek'), '80.00 %,80.00 %'), {
    ok: false,
    errors: [{ message: /^This looks like a Moodle grade export in another language; set the language/ }],
  }, 'a word that is not known, so the total would be taken as an activity')
})

t.test('the case: a decimal comma in quotes, institution and department', async (t) => {
  const world = await createWorld(t)
  const file = join(import.meta.dirname, '../fixtures/data-in/moodle-german/g.csv')
  t.match(await world.import(file, { course: 'X' }), { ok: true, summary: { warnings: [] } })
  t.strictSame((await world.book()).students.map(({ who, cells }) => [who, cells]), [
    ['Ann Lee', { 'Aufgabe: Aufsatz': 'completed 0.75' }],
    ['Bob Poe', { 'Aufgabe: Aufsatz': 'completed 1' }],
  ])
})
