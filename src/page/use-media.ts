import { useEffect, useState } from 'preact/hooks'

/** Whether a media query matches. */
export function useMedia (media: string): boolean {
  const [query] = useState(() => matchMedia(media))
  const [matches, setMatches] = useState(query.matches)
  useEffect(() => {
    const changed = () => {
      setMatches(query.matches)
    }
    query.addEventListener('change', changed)
    return () => {
      query.removeEventListener('change', changed)
    }
  }, [query])
  return matches
}
