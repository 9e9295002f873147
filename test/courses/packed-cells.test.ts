import t from 'tap'
import { CellReader, packCells, STATUSES, type Cell } from '../../src/courses/packed-cells.ts'

const cell = (change: Partial<Cell> = {}): Cell => ({
  status: 'completed',
  points: null,
  exerciseCount: null,
  correctExerciseCount: null,
  recoveredExerciseCount: null,
  isLate: false,
  isProvisional: false,
  submittedAt: null,
  ...change,
})

t.test('what goes in comes out', async (t) => {
  const cells = [
    cell({ points: 7.5, isLate: true }),
    undefined,
    cell({
      status: 'in_progress',
      exerciseCount: 9,
      correctExerciseCount: 0,
      recoveredExerciseCount: 2,
      isProvisional: true,
    }),
    cell({ status: 'missing', submittedAt: { ms: Date.UTC(2015, 3, 30), isPlainDate: true } }),
    cell({ points: 0, submittedAt: { ms: 1_430_422_442_123, isPlainDate: false } }),
    ...STATUSES.map((status) => cell({ status })),
  ]
  const reader = new CellReader()
  reader.load(packCells(cells))
  t.strictSame(cells.map((_, slot) => reader.cell(slot)), cells)
  t.equal(reader.cell(cells.length), undefined, 'beyond the last slot nothing is given')
})

t.test('equal cells are equal bytes, whatever follows the last one', async (t) => {
  t.strictSame(packCells([cell({ points: 1 }), undefined, undefined]), packCells([cell({ points: 1 })]))
  t.notSame(packCells([cell({ points: 1 })]), packCells([cell({ points: 2 })]))
  t.equal(packCells([]).length, 8)
})

t.test('one reader shows one row after the other, a larger one and none included', async (t) => {
  const reader = new CellReader()
  reader.load(packCells([cell({ points: 1 })]))
  t.equal(reader.points[0], 1)
  reader.load(packCells(Array.from({ length: 5000 }, (_, i) => cell({ points: i, exerciseCount: i }))))
  t.equal(reader.points[4999], 4999)
  t.equal(reader.count(4999, 0), 4999)
  reader.load(packCells([undefined, cell({ points: 3 })]))
  t.equal(reader.length, 2)
  t.equal(reader.isGiven(0), false)
  t.equal(reader.count(1, 0), null, 'nothing is left of the row before')
  reader.load(null)
  t.equal(reader.length, 0)
  t.equal(reader.cell(0), undefined)
})

t.test('bytes that are no packed row are refused', async (t) => {
  const reader = new CellReader()
  const row = packCells([cell({ points: 1 })])
  t.throws(() => {
    reader.load(row.subarray(0, row.length - 1))
  }, /damaged/)
  const other = Buffer.from(row)
  other[0] = 2
  t.throws(() => {
    reader.load(other)
  }, /damaged/)
})

t.test('score: points of points possible, else correct of all exercises; the exempt have none', async (t) => {
  const score = (one: Cell, pointsPossible: number) => {
    const reader = new CellReader()
    reader.load(packCells([one]))
    return reader.score(0, pointsPossible)
  }
  t.equal(score(cell({ points: 7 }), 10), 0.7)
  t.equal(score(cell({ points: 0 }), 10), 0)
  t.equal(score(cell({ points: 12 }), 10), 1.2, 'extra credit')
  t.equal(score(cell({ points: 7, exerciseCount: 9, correctExerciseCount: 3 }), 10), 0.7)
  t.equal(
    score(cell({ points: 7, exerciseCount: 4, correctExerciseCount: 3 }), NaN),
    0.75,
    'no points possible'
  )
  t.equal(score(cell({ exerciseCount: 4, correctExerciseCount: 3 }), 10), 0.75, 'no points')
  t.equal(
    score(cell({ points: 7, exerciseCount: 4, correctExerciseCount: 3 }), 0),
    0.75,
    'points possible of 0 are none'
  )
  t.ok(Number.isNaN(score(cell({ points: 7 }), NaN)))
  t.ok(Number.isNaN(score(cell({ exerciseCount: 0, correctExerciseCount: 0 }), 10)))
  t.ok(Number.isNaN(score(cell({ exerciseCount: 4 }), 10)))
  t.ok(Number.isNaN(score(cell({ status: 'exempt', points: 7 }), 10)))
  t.ok(Number.isNaN(new CellReader().score(0, 10)), 'not given')
})
