import { FILL_IN_MESSAGES, templateOf } from '../../fill-in/fill-in-messages.ts'
import { ApiError } from '../api.ts'
import { importErrorText } from '../imports/page-words.ts'
import type { Texts } from '../texts/use-texts.ts'

/** Names of settings and of options in the API, which mean nothing on the page. */
const NOT_ON_PAGE = / \((?:FILL_IN_MAX_BYTES|header_row)\)/g

/** Why a table was not filled in, and what to do. */
export function fillInReason (
  error: unknown, texts: Pick<Texts, 't' | 'reason' | 'language' | 'known'>
): string {
  const { t, reason } = texts
  const { message } = error as { message?: string }
  const known = Object.entries(FILL_IN_MESSAGES).find(([, text]) => text === message)
  if (known !== undefined) return t(`fillIn.reason.${known[0] as keyof typeof FILL_IN_MESSAGES}`)
  const made = templateOf(message ?? '')
  if (made !== undefined) return t(`fillIn.reason.${made.template}`, made.values)
  // What reading has in common with imports.
  const [, row, sentence = ''] = /^The file(?:, row (\d+),)? (.*)\.$/s.exec(message ?? '') ?? []
  const text = importErrorText(sentence, texts)
  if (text !== undefined) {
    return row === undefined
      ? t('fillIn.reason.file', { error: text })
      : t('fillIn.reason.row', { row, error: text })
  }
  if (error instanceof ApiError && error.code === 'BODY_TOO_LARGE') {
    return `${reason(error)} ${t('fillIn.tooLarge')}`
  }
  return reason(error).replace(NOT_ON_PAGE, '')
}
