import { useRef, useState } from 'preact/hooks'
import { useTexts } from '../texts/use-texts.ts'

/** Takes one file, by drag and drop or from the browser's own file field, which works with all aids. */
export function FileChooser (
  { file, onFile, isBusy, accept = '.zip,.csv,.json,.xlsx,.xlsm', hint }: {
    file: File | undefined,
    onFile: (file: File) => void,
    isBusy: boolean,
    /** Endings of the files that the browser offers. */
    accept?: string,
    /** Which files can be dropped. Default: those of an import. */
    hint?: string,
  }
) {
  const { t, size } = useTexts()
  const [isOver, setOver] = useState(false)
  const field = useRef<HTMLInputElement>(null)

  function take (files: FileList | null | undefined) {
    const [first] = files ?? []
    if (first !== undefined && !isBusy) onFile(first)
    // The same file can be chosen again after it was corrected.
    if (field.current !== null) field.current.value = ''
  }

  return (
    <div
      class={`drop ${isOver ? 'over' : ''}`}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(!isBusy)
      }}
      onDragLeave={() => {
        setOver(false)
      }}
      onDrop={(event) => {
        event.preventDefault()
        setOver(false)
        take(event.dataTransfer?.files)
      }}
    >
      <label class='button' aria-disabled={isBusy}>
        <span>{t(file === undefined ? 'import.choose' : 'import.chooseOther')}</span>
        <input
          ref={field}
          class='hidden'
          type='file'
          accept={accept}
          disabled={isBusy}
          aria-describedby='file-chosen'
          onChange={({ currentTarget }) => {
            take(currentTarget.files)
          }}
        />
      </label>
      <p id='file-chosen'>
        {file === undefined
          ? <span class='muted'>{hint ?? t('import.drop')}</span>
          : (
            <>
              <strong dir='auto'>{file.name}</strong> <span class='muted'>{size(file.size)}</span>
            </>
            )}
      </p>
    </div>
  )
}
