import type { ExportItem } from '../api-types.ts'
import { serverNow } from '../api.ts'
import { useTexts } from '../texts/use-texts.ts'

export function ExportList ({ items, timeZone, onDelete }: { items: readonly ExportItem[], timeZone: string, onDelete: (item: ExportItem) => void }) {
  const { t, ago, exactTime, size } = useTexts()
  const now = serverNow()
  return (
    <div class='scroll' tabIndex={0} role='region' aria-label={t('exports.title')}>
      <table class='list'>
        <thead>
          <tr>
            <th>{t('exports.file')}</th><th>{t('exports.made')}</th><th>{t('exports.by')}</th><th>{t('exports.size')}</th><th>{t('exports.state')}</th><th>{t('exports.actions')}</th>
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <tr key={item.id}>
              <td><a href={item.url} download='' dir='auto'>{item.filename}</a></td>
              <td><time dateTime={item.created_at}>{ago(Math.min(Date.parse(item.created_at), now), now)}<br /><span class='muted small'>{exactTime(item.created_at, timeZone)}</span></time></td>
              <td><bdi>{item.created_by ?? '–'}</bdi></td>
              <td>{size(item.size)}</td>
              <td>
                <span class={item.is_current ? 'tag good' : 'tag'}>{t(item.is_current ? 'exports.isCurrent' : 'exports.isOld')}</span>
                {item.expires_at !== null && <span class='muted small'> {t('exports.expires', { when: ago(Date.parse(item.expires_at), now) })}</span>}
              </td>
              <td>
                <div class='row'>
                  <a class='button' href={item.url} download='' aria-label={t('exports.downloadName', { name: item.filename })}>{t('exports.download')}</a>
                  <button type='button' aria-label={t('exports.deleteName', { name: item.filename })} onClick={() => { onDelete(item) }}>{t('exports.delete')}</button>
                </div>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
