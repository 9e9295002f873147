import type { ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { ApiError } from './api.ts'
import { Failure, Loading } from './notices.tsx'
import { useTexts } from './texts/use-texts.ts'

/** A view whose code is loaded when it is first shown, with the texts of all such views. */
export function lazyView<P extends object> (load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let View: ComponentType<P> | undefined
  return function LazyView (props: P) {
    const [failed, setFailed] = useState(false)
    const [, setLoaded] = useState({})
    const { complete, isComplete } = useTexts()
    useEffect(() => {
      if (View !== undefined && isComplete()) return
      Promise.all([View ?? load(), complete()]).then(
        ([loaded]) => {
          View = loaded
          setLoaded({})
        },
        () => {
          setFailed(true)
        }
      )
    }, [complete])
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
    return View !== undefined && isComplete() ? <View {...props} /> : <Loading />
  }
}
