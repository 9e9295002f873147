import { serverNow } from './api.ts'
import { useTexts } from './texts/use-texts.ts'

/** How long ago something was, with the exact time as a tooltip. A null time shows `never`. */
export function RelativeTime ({ at, never = '–' }: { at: string | null | undefined, never?: string }) {
  const { ago, localTime } = useTexts()
  if (at == null) return <span class='muted'>{never}</span>
  const now = serverNow()
  return (
    <time dateTime={at} title={localTime(at)}>{ago(Math.min(Date.parse(at), now), now)}</time>
  )
}
