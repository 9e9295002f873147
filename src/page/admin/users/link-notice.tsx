import { useEffect, useRef, useState } from 'preact/hooks'
import type { OneTimeLink } from '../../../http/schemas/users.ts'
import { useTexts } from '../../texts/use-texts.ts'

/** A one-time link to send to a user. The service keeps only a hash of it, so it can be shown only now. */
export function LinkNotice (
  { email, link, isNew, onClose }: { email: string, link: OneTimeLink, isNew: boolean, onClose: () => void }
) {
  const { t, localTime } = useTexts()
  const [copied, setCopied] = useState<boolean>()
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => {
    field.current?.select()
  }, [])

  async function copy () {
    try {
      // Browsers allow this on https and on localhost only.
      await navigator.clipboard.writeText(link.url)
      setCopied(true)
    } catch {
      field.current?.select()
      setCopied(document.execCommand('copy'))
    }
  }

  return (
    <section class='notice good' aria-labelledby='link-title'>
      <h2 id='link-title'>{t(isNew ? 'users.linkTitle' : 'users.resetTitle', { email })}</h2>
      {link.mail !== undefined && (
        <p>
          <strong>
            {link.mail.sent
              ? t('users.mailed', { email })
              : t('users.notMailed', { reason: link.mail.reason ?? '' })}
          </strong>
        </p>
      )}
      <p>{t('users.linkHelp', { time: localTime(link.expires_at) })}</p>
      <p class='row'>
        <input
          ref={field}
          class='link'
          type='text'
          readOnly
          value={link.url}
          dir='ltr'
          aria-label={t('users.link')}
          onFocus={({ currentTarget }) => {
            currentTarget.select()
          }}
        />
        <button
          type='button'
          class='primary'
          onClick={() => {
            void copy()
          }}
        >
          {t('users.copy')}
        </button>
        <button type='button' onClick={onClose}>{t('users.done')}</button>
      </p>
      <p role='status' class='small'>
        {copied === true ? t('users.copied') : copied === false ? t('users.notCopied') : ''}
      </p>
    </section>
  )
}
