import type { Account } from '../../../http/schemas/users.ts'
import { useTexts } from '../../texts/use-texts.ts'

/** How many courses are named. */
const NAMED = 3

/** Whether a user can sign in, and why not. */
export function AccountState ({ account }: { account: Account }) {
  const { t } = useTexts()
  if (account.is_disabled) {
    return (
      <>
        <span class='tag bad'>{t('users.isDisabled')}</span>
        <br />
        <span class='muted small' dir='auto'>{whyDisabled(account)}</span>
      </>
    )
  }
  if (account.is_roster_only) return <span class='tag'>{t('users.isRosterOnly')}</span>
  return account.has_password
    ? <span class='tag good'>{t('users.isActive')}</span>
    : <span class='tag'>{t('users.isInvited')}</span>

  function whyDisabled ({ disabled_by: by, disabled_in: courses }: Account): string {
    if (by === 'administrator') return t('users.disabledByHand')
    const names = courses.slice(0, NAMED).map(({ name }) => name).join(', ') +
      (courses.length > NAMED ? ', …' : '')
    return courses.length === 0
      ? t('users.disabledByRoster')
      : t('users.disabledByRosterOf', { courses: names })
  }
}
