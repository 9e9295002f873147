import type { ExportItem } from '../../http/schemas/common.ts'
import { serverNow } from '../api.ts'
import { useTexts } from '../texts/use-texts.ts'

const COLUMNS = [
  'exports.file',
  'exports.created',
  'exports.createdBy',
  'exports.size',
  'exports.status',
  'exports.actions',
] as const

/** A table. On a small screen each export is a block; the roles keep it a table for screen readers. */
export function ExportList (
  { items, timeZone, onDelete }: {
    items: readonly ExportItem[],
    timeZone: string,
    onDelete: (item: ExportItem) => void,
  }
) {
  const { t, ago, exactTime, size } = useTexts()
  const now = serverNow()
  return (
    <div class='scroll' tabIndex={0} role='region' aria-label={t('exports.list')}>
      <table class='list stacked' role='table'>
        <thead role='rowgroup'>
          <tr role='row'>
            {COLUMNS.map((column) => <th key={column} role='columnheader'>{t(column)}</th>)}
          </tr>
        </thead>
        <tbody role='rowgroup'>
          {items.map((item) => (
            <tr key={item.id} role='row'>
              <td role='cell'>
                <a href={item.url} download='' dir='auto'>{item.filename}</a>
              </td>
              <td role='cell' data-label={t('exports.created')}>
                <time dateTime={item.created_at}>
                  {ago(Math.min(Date.parse(item.created_at), now), now)}
                  <br />
                  <span class='muted small'>{exactTime(item.created_at, timeZone)}</span>
                </time>
              </td>
              <td role='cell' data-label={t('exports.createdBy')}>
                <bdi>{item.created_by ?? '–'}</bdi>
              </td>
              <td role='cell' data-label={t('exports.size')}>{size(item.size)}</td>
              <td role='cell' data-label={t('exports.status')}>
                <span class={item.is_current ? 'tag good' : 'tag'}>
                  {t(item.is_current ? 'exports.isCurrent' : 'exports.isOld')}
                </span>
                {item.expires_at !== null && (
                  <span class='muted small'>
                    {' '}
                    {t('exports.expires', { when: ago(Date.parse(item.expires_at), now) })}
                  </span>
                )}
              </td>
              <td role='cell'>
                <div class='row'>
                  <a
                    class='button'
                    href={item.url}
                    download=''
                    aria-label={t('exports.downloadName', { name: item.filename })}
                  >
                    {t('exports.download')}
                  </a>
                  <button
                    type='button'
                    aria-label={t('exports.deleteName', { name: item.filename })}
                    onClick={() => {
                      onDelete(item)
                    }}
                  >
                    {t('exports.delete')}
                  </button>
                </div>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
