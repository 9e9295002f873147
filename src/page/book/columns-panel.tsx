import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { Category } from '../../http/schemas/book.ts'
import { fold } from '../fold.ts'
import { useTexts } from '../texts/use-texts.ts'
import type { BookState } from './book-state.ts'
import type { Column } from './columns.ts'

const MOST_FOUND = 8
const WIDTHS = { narrow: 72, normal: 104, wide: 160 } as const

interface ColumnsPanelProps {
  /** All of them, in the order in which they are shown. */
  columns: readonly Column[]
  categories: readonly Category[]
  state: BookState
  onChange: (change: Partial<BookState>) => void
  widths: Readonly<Record<string, number>>
  onWidths: (widths: Record<string, number>) => void
  /** Brings a column into view. */
  onGoTo: (key: string) => void
}

/** Columns: go to one, hide them, move the categories, and how wide assignments are. */
export function ColumnsPanel (
  { columns, categories, state, onChange, widths, onWidths, onGoTo }: ColumnsPanelProps
) {
  const { t } = useTexts()
  const { hidden, order } = state
  const ids = [...order, ...categories.map(({ id }) => id).filter((id) => !order.includes(id))]
  const inOrder = ids.flatMap((id) => categories.find((one) => one.id === id) ?? [])
  const tasksOf = (id: number | null) =>
    columns.filter(({ kind, categoryId }) => kind === 'task' && categoryId === id)
  const loose = columns.filter(({ kind, categoryId }) =>
    kind === 'task' && !categories.some(({ id }) => id === categoryId)
  )

  function show (keys: readonly string[], isShown: boolean) {
    const next = new Set(hidden)
    for (const key of keys) {
      if (isShown) next.delete(key)
      else next.add(key)
    }
    onChange({ hidden: next })
  }
  function move (id: number, by: -1 | 1) {
    const next = inOrder.map((one) => one.id)
    const at = next.indexOf(id)
    next.splice(at, 1)
    next.splice(at + by, 0, id)
    onChange({ order: next })
  }
  const check = (key: string, text: string, keys = [key]) => (
    <label key={key} class='check'>
      <input
        type='checkbox'
        checked={!hidden.has(key)}
        onChange={({ currentTarget }) => {
          show(keys, currentTarget.checked)
        }}
      />
      <span dir='auto'>{text}</span>
    </label>
  )
  return (
    <div class='choices columns-panel'>
      <GoTo columns={columns} onGoTo={onGoTo} />
      <fieldset>
        <legend>{t('columns.show')}</legend>
        {columns.flatMap(({ key, title, kind }) =>
          kind === 'id' || kind === 'period' ? [check(key, title)] : []
        )}
        {inOrder.map(({ id, name }, i) => (
          <div key={id} class='group'>
            <div class='line-of'>
              {check(`category-${id}`, name, [`category-${id}`, `group-${id}`])}
              <span class='spacer' />
              <button
                type='button'
                class='icon'
                aria-label={t('columns.earlier', { category: name })}
                title={t('columns.earlier', { category: name })}
                aria-disabled={i === 0}
                onClick={() => {
                  if (i > 0) move(id, -1)
                }}
              >
                ↑
              </button>
              <button
                type='button'
                class='icon'
                aria-label={t('columns.later', { category: name })}
                title={t('columns.later', { category: name })}
                aria-disabled={i === inOrder.length - 1}
                onClick={() => {
                  if (i < inOrder.length - 1) move(id, 1)
                }}
              >
                ↓
              </button>
            </div>
            <Assignments columns={tasksOf(id)} check={check} isOff={hidden.has(`group-${id}`)} />
          </div>
        ))}
        {loose.length > 0 && <Assignments columns={loose} check={check} isOff={false} />}
      </fieldset>
      <label>
        <span>{t('columns.width')}</span>
        <select
          value={Object.entries(WIDTHS).find(([, px]) => px === (widths['task'] ?? WIDTHS.normal))?.[0] ?? ''}
          onChange={({ currentTarget: { value } }) => {
            onWidths({ task: WIDTHS[value as keyof typeof WIDTHS] })
          }}
        >
          {(['narrow', 'normal', 'wide'] as const).map((name) => (
            <option key={name} value={name}>{t(`columns.${name}`)}</option>
          ))}
        </select>
      </label>
      <p>
        <button
          type='button'
          onClick={() => {
            onWidths({})
            onChange({ hidden: new Set(), order: [] })
          }}
        >
          {t('columns.reset')}
        </button>
      </p>
    </div>
  )
}

function Assignments ({ columns, check, isOff }: {
  columns: readonly Column[],
  check: (key: string, text: string) => VNode,
  /** The whole category is hidden. */
  isOff: boolean,
}) {
  const { t } = useTexts()
  const [isOpen, setOpen] = useState(false)
  if (columns.length === 0 || isOff) return null
  return (
    <details
      onToggle={({ currentTarget }) => {
        setOpen(currentTarget.open)
      }}
    >
      <summary>{t('columns.assignments', { count: columns.length })}</summary>
      {isOpen && columns.map(({ key, title }) => check(key, title))}
    </details>
  )
}

/** Finds an assignment by a part of its title and goes to its column. */
function GoTo ({ columns, onGoTo }: { columns: readonly Column[], onGoTo: (key: string) => void }) {
  const { t } = useTexts()
  const [text, setText] = useState('')
  const wanted = fold(text.trim())
  const found = wanted === ''
    ? []
    : columns.filter(({ kind, title }) => kind === 'task' && fold(title).includes(wanted))
  return (
    <div class='go-to'>
      <label>
        <span>{t('columns.goTo')}</span>
        <input
          type='search'
          autocomplete='off'
          value={text}
          onInput={({ currentTarget }) => {
            setText(currentTarget.value)
          }}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && found[0] !== undefined) onGoTo(found[0].key)
          }}
        />
      </label>
      <ul>
        {found.slice(0, MOST_FOUND).map(({ key, title }) => (
          <li key={key}>
            <button
              type='button'
              dir='auto'
              onClick={() => {
                onGoTo(key)
              }}
            >
              {title}
            </button>
          </li>
        ))}
      </ul>
      <p class='muted small' role='status'>
        {wanted !== '' && t('columns.found', { count: found.length })}
      </p>
    </div>
  )
}
