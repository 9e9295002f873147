import type { OneTimeLink } from '../../../http/schemas/users.ts'
import { CopyField } from '../../account/copy-field.tsx'
import { useTexts } from '../../texts/use-texts.ts'

/** A one-time link to send to a user. The service keeps only a hash of it, so it can be shown only now. */
export function LinkNotice (
  { email, link, isNew, onClose }: { email: string, link: OneTimeLink, isNew: boolean, onClose: () => void }
) {
  const { t, localMinute } = useTexts()
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
      <p>{t('users.linkHelp', { time: localMinute(link.expires_at) })}</p>
      <CopyField value={link.url} label={t('users.link')} onDone={onClose} />
    </section>
  )
}
