// Courses that hurt, for what writes and what reads workbooks.
import type { CourseDescription, StudentDescription, TaskDescription } from '../../support/book-database.ts'
import { NOW } from '../../support/workbook.ts'

/** A small course with everything ordinary in it. */
export const PHYSICS: CourseDescription = {
  name: 'Physics I',
  school: 'Riverside High',
  term: 'Spring 2015',
  timeZone: 'America/Chicago',
  periods: ['1st', '2nd'],
  categories: [{ name: 'Homework', weight: 0.6 }, { name: 'Reading', weight: 0.4 }],
  tasks: [
    { title: 'HW 2', category: 0, dueAt: Date.UTC(2015, 2, 16, 4, 59), pointsPossible: 9 },
    { title: 'Reading 1', category: 1, dueOn: '2015-03-02' },
    { title: 'HW 1', category: 0, dueAt: Date.UTC(2015, 1, 2, 5, 59), pointsPossible: 20 },
  ],
  students: [
    {
      firstName: 'Ana',
      lastName: 'Zimmer',
      identifier: '0042',
      email: 'ana@example.edu',
      period: 0,
      cells: [9, { exerciseCount: 8, correctExerciseCount: 6 }, 20],
    },
    {
      firstName: 'Ben',
      lastName: 'Abbot',
      identifier: '0007',
      email: 'ben@example.edu',
      period: 1,
      cells: [{ points: 4.5, isLate: true }, {
        exerciseCount: 4,
        correctExerciseCount: 4,
        isLate: true,
        isProvisional: true,
      }, 11],
    },
    {
      firstName: 'Cleo',
      lastName: 'Baker',
      identifier: '12',
      email: null,
      period: 0,
      cells: [{ status: 'in_progress' }, { exerciseCount: 4, correctExerciseCount: 1, isProvisional: true }, {
        points: 19,
        isLate: true,
      }],
    },
    {
      firstName: 'Dan',
      lastName: 'Baker',
      identifier: null,
      email: 'dan@example.edu',
      period: 1,
      cells: [undefined, { status: 'exempt' }, {}],
    },
    {
      firstName: 'Eve',
      lastName: 'Adams',
      identifier: '99',
      email: 'eve@example.edu',
      period: 0,
      droppedOn: '2015-02-01',
      cells: [undefined, undefined, 2],
    },
  ],
}

const LONG = 'Lorem ipsum 😀 '.repeat(2700) // 40,500 UTF-16 units
/** Texts that break a careless writer, a formula, a parser or a screen. */
export const HURTING_TEXTS = [
  '=1+1',
  '+49 30 1234',
  '-5',
  '@SUM(A1)',
  '\tafter a tab',
  'two\nlines',
  'carriage\r\nreturn\r',
  '&<>"\'',
  '<![CDATA[x]]>',
  ']]>',
  '&amp;amp;',
  '😀👩‍👩‍👧🏳️‍🌈',
  'e\u0301a\u0308',
  'שלום',
  'مرحبا بالعالم',
  '日本語のクラス',
  '한국어',
  'हिन्दी',
  '\u202eright to left\u202c',
  'bell\u0007',
  '\u0001\u0002\u001f',
  '_x0041_',
  '_x0041_x0042_',
  '__x0041__',
  '_x005F_',
  '_x00e9_',
  '_xZZZZ_',
  'lone \ud83d',
  '\udc00 lone',
  '\ufffe\uffff',
  '\u0085\u2028\u2029',
  ' ',
  '  spaces  ',
  '007',
  '12345678901234567',
  '1e5',
  '1/2',
  'TRUE',
  '#N/A',
  "'quoted",
  LONG,
  `\u0000${'x'.repeat(10)}`.slice(1),
  'a'.repeat(32_767),
  'b'.repeat(32_768),
  '\u0001'.repeat(33_000),
  `${'c'.repeat(32_765)}😀😀`,
  'null',
  '\u00a0',
  '\u200b',
]

/** Instants that fall on other days elsewhere, about changes of the clock, and beyond what Excel can say. */
const DUE = [
  Date.UTC(2015, 0, 1, 4, 59),
  Date.UTC(2015, 2, 8, 6, 59, 59),
  Date.UTC(2015, 2, 8, 7),
  Date.UTC(2015, 10, 1, 5, 30),
  Date.UTC(2015, 10, 1, 6, 30),
  Date.UTC(2015, 5, 30, 10),
  Date.UTC(2015, 5, 30, 9, 59, 59),
  Date.UTC(1900, 1, 28, 12),
  Date.UTC(1900, 2, 1, 12),
  Date.UTC(1850, 5, 1, 12),
  Date.UTC(9999, 11, 31, 23, 59) + 86_400_000,
]

const GIVEN = { status: 'not_started' } as const
const student = (n: number, more: Partial<StudentDescription> = {}): StudentDescription => ({
  firstName: `First ${n}`,
  lastName: `Last ${n}`,
  identifier: `id-${n}`,
  email: `s${n}@example.edu`,
  ...more,
})
const students = (n: number, cells: (n: number) => StudentDescription['cells']): StudentDescription[] =>
  Array.from({ length: n }, (_, i) => student(i, { cells: cells(i)! }))
const tasks = (n: number, category?: number): TaskDescription[] =>
  Array.from(
    { length: n },
    (_, i) => ({
      title: `Task ${i + 1}`,
      pointsPossible: 10,
      ...(category === undefined ? {} : { category }),
    })
  )
const HOMEWORK = [{ name: 'Homework', weight: 1 }]

/** Kinds of workbook that each course is made into, and those for courses of which they show another side. */
export const KINDS = [{ sheets: 'course', values: 'percent', include_dropped: true }, {
  sheets: 'period',
  values: 'points',
  include_dropped: true,
}] as const
export const MORE_KINDS = [{ sheets: 'course', values: 'points', include_dropped: false }, {
  sheets: 'period',
  values: 'percent',
  include_dropped: false,
}] as const
const IN_SPANISH = [
  { sheets: 'course', values: 'points', include_dropped: true, language: 'es' },
  { sheets: 'period', values: 'percent', include_dropped: true, language: 'es' },
] as const
const OF_MORE_KINDS = [
  'physics',
  'all dropped',
  'a category that only a dropped student has scores in',
  'hurting texts',
  'scores at the edges',
  'every mark',
  'missing counts zero',
  'periods without students',
  'every look',
]

const OF_SPANISH = ['physics', 'every mark', 'missing counts zero']

export function kindsOf (
  name: string
): Array<(typeof KINDS | typeof MORE_KINDS | typeof IN_SPANISH)[number]> {
  return [
    ...KINDS,
    ...OF_MORE_KINDS.includes(name) ? MORE_KINDS : [],
    ...OF_SPANISH.includes(name) ? IN_SPANISH : [],
  ]
}

export const NASTY_PERIODS = [
  '[p: 1 \\/ 2? *]',
  'a'.repeat(50),
  'a'.repeat(50),
  'Summary',
  'History',
  'A/B',
  'A-B',
  'a',
  'A',
  '',
  "'quoted'",
  'Jo\'s "1st" <&>',
  '😀'.repeat(16),
  'two\nlines',
  'No period',
  '1st',
  'A1',
  'R1C1',
  'history~2',
]
/**
 * What the worksheets of periods are called where it is not the period's name, in order; then those of no
 * period.
 */
export const PERIOD_SHEETS: Record<string, string[]> = {
  'nasty periods': [
    '-p- 1 -- 2- --',
    'a'.repeat(31),
    `${'a'.repeat(29)}~2`,
    'Summary~2',
    'History~2',
    'A-B',
    'A-B~2',
    'a',
    'A~2',
    'Period',
    '-quoted-',
    'Jo\'s "1st" <&>',
    '😀'.repeat(15),
    'two-lines',
    'No period',
    '1st',
    'A1',
    'R1C1',
    'history~2~2',
    'No period~2',
  ],
  'hurting texts': ['1st', '-&<>"-'],
}

export const CORPUS: Record<string, CourseDescription> = {
  physics: PHYSICS,
  'no students': { ...PHYSICS, students: [] },
  'no tasks': {
    periods: ['1st', '2nd'],
    categories: HOMEWORK,
    students: [student(1, { period: 0 }), student(2)],
  },
  'no tasks, no students': {},
  'no scores': {
    categories: HOMEWORK,
    tasks: tasks(3, 0),
    students: students(3, () => [GIVEN, { status: 'in_progress' }, undefined]),
  },
  'no cells': { categories: HOMEWORK, tasks: tasks(3, 0), students: [student(1), student(2)] },
  'one category without scores': {
    categories: [...HOMEWORK, { name: 'Labs', weight: 1 }],
    tasks: [...tasks(2, 0), { title: 'Lab', category: 1 }],
    students: students(3, (i) => [i, 10, GIVEN]),
  },
  'all dropped': {
    categories: [...HOMEWORK, { name: 'Labs', weight: 0.5 }],
    tasks: [...tasks(2, 0), { title: 'Lab', category: 1, pointsPossible: 4 }],
    students: students(3, (i) => [i, 10, 3]).map((each, i) => ({
      ...each,
      ...(i === 1 ? { isUnenrolled: true } : { droppedOn: '2015-01-31' }),
    })),
  },
  'a category that only a dropped student has scores in': {
    categories: [...HOMEWORK, { name: 'Labs', weight: 0.5 }],
    tasks: [...tasks(2, 0), { title: 'Lab', category: 1, pointsPossible: 4 }],
    students: [
      ...students(3, (i) => [i, 10, GIVEN]),
      student(9, { droppedOn: '2015-04-30', cells: [2, 3, 4] }),
      student(10, { droppedOn: '2015-05-01', cells: [2, 3] }),
    ],
  },
  '300 tasks in one category': {
    categories: HOMEWORK,
    tasks: tasks(300, 0),
    students: students(4, (i) => Array.from({ length: 300 }, (_, j) => (i + j) % 11)),
  },
  'hurting texts': {
    name: "=cmd|'/c calc'!A1 &<>\"\n\u0007_x0041_",
    school: '@school\r\n',
    term: '-1+1 \ud800',
    periods: ['1st', '\u0007&<>"\''],
    categories: [...HOMEWORK, { name: '=1+1\u0007', weight: 1 }],
    tasks: HURTING_TEXTS.map((title, j) => ({ title, category: j % 2, pointsPossible: 3 })),
    students: HURTING_TEXTS.map((text, i) => ({
      firstName: text,
      lastName: HURTING_TEXTS[(i * 7) % HURTING_TEXTS.length]!,
      identifier: text,
      email: text,
      period: i % 2,
      cells: HURTING_TEXTS.map((_, j) => (i + j) % 3 === 0 ? GIVEN : (i + j) % 4),
    })),
  },
  'names left out': {
    categories: HOMEWORK,
    tasks: tasks(2, 0),
    students: [
      { cells: [1, 2] },
      { firstName: 'Only', cells: [1] },
      { lastName: 'Family', cells: [] },
      { firstName: '', lastName: '', identifier: '', email: '', cells: [3] },
      { identifier: '007', cells: [5, 6] },
      { identifier: '12345678901234567', cells: [7] },
      { identifier: '1234567890123456789012345678901234567890' },
      { lastName: 'Örn' },
      { lastName: 'orn', firstName: 'b' },
      { lastName: 'Orn', firstName: 'a' },
      { lastName: 'Zed' },
    ],
  },
  'scores at the edges': {
    categories: HOMEWORK,
    tasks: [
      { title: 'fifteen digits', category: 0, pointsPossible: 1 },
      { title: 'over 1', category: 0, pointsPossible: 3 },
      { title: 'tiny', category: 0, pointsPossible: 1e-3 },
      { title: 'huge', category: 0, pointsPossible: 0.5 },
      { title: 'counts', category: 0 },
      { title: 'nothing possible', category: 0, pointsPossible: 0 },
      { title: 'less than nothing', category: 0, pointsPossible: -5 },
    ],
    students: [
      student(1, {
        cells: [0.123456789012345, 4, 1e-9, 1e12, { exerciseCount: 7, correctExerciseCount: 5 }, {
          points: 3,
          exerciseCount: 3,
          correctExerciseCount: 1,
        }, 2],
      }),
      student(2, {
        cells: [0, 0, 0, -0, { exerciseCount: 3, correctExerciseCount: 0 }, 5, {
          points: 1,
          exerciseCount: 4,
          correctExerciseCount: 3,
        }],
      }),
      student(3, {
        cells: [-0.25, 300, 1e-12, -7, { exerciseCount: 1, correctExerciseCount: 3 }, GIVEN, GIVEN],
      }),
      student(4, { cells: [0.1 + 0.2, 1 / 3, 5e-324, 1 / 7, { exerciseCount: 3, correctExerciseCount: 1 }] }),
    ],
  },
  'every mark': {
    categories: HOMEWORK,
    tasks: tasks(7, 0),
    students: [false, true].flatMap((isLate) =>
      [false, true].flatMap((isProvisional) =>
        [undefined, '2015-01-31'].map((droppedOn, i) =>
          student(Number(isLate) * 4 + Number(isProvisional) * 2 + i, {
            ...(droppedOn === undefined ? {} : { droppedOn }),
            cells:
              ([
                { points: 5 },
                { status: 'in_progress' },
                { status: 'completed' },
                { status: 'submitted' },
                { status: 'missing' },
                { status: 'exempt', points: 4 },
                { status: 'submitted', points: 6 },
              ] as const)
                .map((cell) => ({ ...cell, isLate, isProvisional })),
          })
        )
      )
    ),
  },
  'two tasks of one title': {
    categories: HOMEWORK,
    tasks: [{ title: 'Same', category: 0, pointsPossible: 2 }, {
      title: 'Same',
      category: 0,
      pointsPossible: 4,
    }, { title: '', category: 0, pointsPossible: 4 }],
    students: students(2, (i) => [i, 3, 4]),
  },
  'nasty categories': {
    categories: [
      '*Quiz?',
      '>50%',
      '"Lab"',
      '~',
      '~*',
      '=1',
      '<>',
      'Homework',
      'homework',
      "it's",
      '',
      ' ',
      '1',
      '😀',
      'a;b',
      '{1}',
      '#REF!',
      'TRUE',
      'x'.repeat(300),
      '<b>&',
    ].map((name, i) => ({ name, weight: (i + 1) / 100 })),
    tasks: Array.from({ length: 60 }, (_, j) => ({ title: `T ${j}`, category: j % 20, pointsPossible: 7 })),
    students: students(
      6,
      (i) => Array.from({ length: 60 }, (_, j) => (i * j) % 5 === 3 ? GIVEN : (i * 3 + j) % 8)
    ),
  },
  'tasks without a category': {
    categories: HOMEWORK,
    tasks: [{ title: 'In none', pointsPossible: 5 }, { title: 'In one', category: 0, pointsPossible: 5 }, {
      title: 'In none too',
    }],
    students: students(3, (i) => [i, i + 1, { exerciseCount: 4, correctExerciseCount: i }]),
  },
  'no categories': { tasks: tasks(3), students: students(3, (i) => [i, 5, GIVEN]) },
  'weights of nothing': {
    categories: [{ name: 'A', weight: 0 }, { name: 'B', weight: 0 }],
    tasks: [...tasks(2, 0), ...tasks(2, 1)],
    students: students(3, (i) => [i, 5, 6, 7]),
  },
  'weights of all kinds': {
    categories: [{ name: 'A', weight: 1 / 3 }, { name: 'B', weight: 0.5, setWeight: 2.5 }, {
      name: 'C',
      weight: null,
    }, { name: 'D', weight: 0.25, setWeight: 0 }],
    tasks: [0, 1, 2, 3].flatMap((c) => tasks(2, c)),
    students: students(4, (i) => [i, 5, 6, 7, i, i, 9, undefined]),
  },
  'no weights': {
    categories: [{ name: 'A' }, { name: 'B' }, { name: 'C' }],
    tasks: [0, 1, 2].flatMap((c) => tasks(2, c)),
    students: students(4, (i) => [i, 5, i > 1 ? 6 : undefined, i > 2 ? 7 : undefined, GIVEN, i]),
  },
  'missing counts zero': {
    missingCounts: 'zero',
    categories: HOMEWORK,
    tasks: [
      { title: 'past', category: 0, pointsPossible: 4, dueAt: NOW - 1000 },
      { title: 'now', category: 0, pointsPossible: 4, dueAt: NOW },
      { title: 'ahead', category: 0, pointsPossible: 4, dueAt: NOW + 1000 },
      { title: 'never', category: 0, pointsPossible: 4 },
      { title: 'past, nothing possible', category: 0, dueOn: '2015-01-01' },
    ],
    students: [
      student(1, { cells: [GIVEN, GIVEN, GIVEN, GIVEN, { status: 'missing' }] }),
      student(2, { cells: [{ status: 'missing' }, 3, { status: 'missing' }, 4] }),
      student(3, { cells: [{ status: 'in_progress' }, { status: 'exempt' }] }),
      student(4, { droppedOn: '2015-01-31', cells: [GIVEN, 2, 3, GIVEN, GIVEN] }),
    ],
  },
  'due dates in Kiritimati': {
    timeZone: 'Pacific/Kiritimati',
    categories: HOMEWORK,
    tasks: DUE.map((dueAt, j) => ({ title: `due ${j}`, category: 0, dueAt, pointsPossible: 1 })),
    students: students(1, () => DUE.map(() => 1)),
  },
  'due dates in New York': {
    timeZone: 'America/New_York',
    categories: HOMEWORK,
    tasks: [
      ...DUE.map((dueAt, j) => ({ title: `due ${j}`, category: 0, dueAt, pointsPossible: 1 })),
      ...['2015-03-08', '2015-11-01', '2015-12-31'].map((dueOn) => ({
        title: dueOn,
        category: 0,
        dueOn,
        pointsPossible: 1,
      })),
    ],
    students: students(1, () => DUE.map(() => 1)),
  },
  'nasty periods': {
    categories: HOMEWORK,
    tasks: tasks(2, 0),
    periods: NASTY_PERIODS,
    students: [
      ...Array.from({ length: 40 }, (_, i) =>
        student(i, { period: i % NASTY_PERIODS.length, cells: [i % 11, 5] })),
      student(50, { cells: [4, 4] }),
    ],
  },
  'periods without students': {
    categories: HOMEWORK,
    tasks: tasks(2, 0),
    periods: ['empty', 'one', 'dropped only', 'scores of no student'],
    students: [
      student(1, { period: 1, cells: [4, 4] }),
      student(2, { period: 2, droppedOn: '2015-01-31', cells: [1, 2] }),
      student(3, { period: 3, cells: [GIVEN] }),
      student(4, { droppedOn: '2015-01-31', cells: [9, 9] }),
    ],
  },
  'one period': {
    categories: HOMEWORK,
    tasks: tasks(2, 0),
    periods: ['the only one'],
    students: [student(1, { period: 0, cells: [4, 4] }), student(2, { cells: [5] })],
  },
  'grades at their limits': {
    categories: HOMEWORK,
    tasks: tasks(10, 0),
    // From 0 to 20; the averages are sums of tenths, so some are not exactly a limit.
    gradingScale: Array.from({ length: 21 }, (_, i) => ({ grade: String(20 - i), from: (20 - i) / 20 })),
    students: [
      ...students(11, (i) => Array.from({ length: 10 }, () => i)),
      ...students(11, (i) => Array.from({ length: 10 }, (_, j) => j < i ? 7 : 8)),
      student(30, { cells: [11, 12] }),
      student(31, { cells: [-3] }),
      student(32, { cells: [GIVEN] }),
      student(33, { cells: [0] }),
      student(34, { droppedOn: '2015-01-31', cells: [7] }),
    ],
  },
  'names of grades': {
    ...PHYSICS,
    gradingScale: [
      { grade: ' <&>"\' ', from: 0.93 }, { grade: '=1+1', from: 0.875 }, { grade: 'B - & +', from: 0.62 },
      { grade: 'نجاح', from: 0.5 }, { grade: '😀', from: 1 / 3 }, { grade: '0', from: 0 },
    ],
  },
  'every look': {
    missingCounts: 'zero',
    categories: [...HOMEWORK, { name: 'Labs', weight: 1 }],
    gradingScale: [{ grade: 'A', from: 0.9 }, { grade: 'F', from: 0 }],
    // More than fifteen, so that titles are vertical.
    tasks: Array.from({ length: 18 }, (_, j) => ({
      title: `Task ${j}`,
      category: j % 2,
      dueOn: '2015-03-01',
      pointsPossible: [10, 1 / 3, null][j % 3]!,
    })),
    students: Array.from({ length: 16 }, (_, i) =>
      student(i, {
        ...(i % 2 === 0 ? {} : { droppedOn: '2015-01-31' }),
        cells: Array.from({ length: 18 }, (_, j) => ({
          isLate: (i & 2) !== 0,
          isProvisional: (i & 4) !== 0,
          ...[
            { points: 1.25, exerciseCount: 4, correctExerciseCount: 1 },
            { points: 1 / 7, exerciseCount: 7, correctExerciseCount: 2 },
            { status: 'missing' as const },
            { status: 'not_started' as const },
          ][Math.floor(j / 3) % 4],
        })),
      })),
  },
  'a name of slashes': {
    ...PHYSICS,
    name: 'Physics / Chemistry \\ II',
    students: [...PHYSICS.students!].slice(0, 1),
  },
  'a name of 300 characters': {
    ...PHYSICS,
    name: 'Advanced Placement '.repeat(16).slice(0, 300),
    students: [...PHYSICS.students!].slice(0, 1),
  },
  'a name of punctuation': { ...PHYSICS, name: '?!*:/', students: [...PHYSICS.students!].slice(0, 1) },
  'a name in Arabic': {
    ...PHYSICS,
    name: 'الفيزياء ١',
    school: 'مدرسة',
    students: [...PHYSICS.students!].slice(0, 1),
  },
}
