import type { ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { ApiError } from './api.ts'
import { Failure, Loading } from './notices.tsx'

/** A view whose code is loaded when it is first shown. */
export function lazyView<P extends object> (load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let View: ComponentType<P> | undefined
  return function LazyView (props: P) {
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
    // The service may have been updated since this page was opened. Its scripts have other names then.
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
