import type { ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { ApiError } from './api.ts'
import { Failure, Loading } from './notices.tsx'

/** A view whose code is fetched when it is first looked at. */
export function lazily<P extends object> (load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let View: ComponentType<P> | undefined
  return function Lazily (props: P) {
    const [failed, setFailed] = useState(false)
    const [, setLoaded] = useState(View !== undefined)
    useEffect(() => {
      if (View !== undefined) return
      load().then(
        (loaded) => {
          View = loaded
          setLoaded(true)
        },
        () => {
          setFailed(true)
        }
      )
    }, [])
    // The service may have been replaced by a newer one since this page was opened: then its parts have other
    // names.
    if (failed) {
      return (
        <Failure
          error={new ApiError('VIEW_NOT_LOADED', '')}
          retry={() => {
            location.reload()
          }}
        />
      )
    }
    return View === undefined ? <Loading /> : <View {...props} />
  }
}
