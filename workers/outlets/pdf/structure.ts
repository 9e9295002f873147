// The logical structure of a tagged PDF (ISO 32000-1, 14.7): which element each piece of content belongs to.
// pdfkit keeps an object for each element until the end. Here, elements are written when their section ends.

/** Where content is: the id of its page, and its marked-content id there. */
interface Content { page: number, mark: number }

interface Element {
  type: string
  /** The number of its parent in the section; -1: it is the section's outermost element. */
  parent: number
  kids: Array<number | Content>
  actual: string | undefined
  scope: 'Column' | 'Row' | undefined
}

/** The text that the glyphs of an element stand for, and whether a header is for a column or a row. */
type ElementFacts = Pick<Element, 'actual' | 'scope'>

/** The elements of one section, by number from 0. They get object ids only when the section is complete. */
export class SectionStructure {
  readonly #elements: Element[] = []
  /** Numbers of open elements, the outermost first. */
  readonly #open: number[] = []
  /** For each page, by its key in the parent tree: the numbers of the elements of its marks, in order. */
  readonly #marks = new Map<number, number[]>()

  begin (type: string, { actual, scope }: Partial<ElementFacts> = {}): void {
    const number = this.#elements.length
    const parent = this.#open.at(-1) ?? -1
    this.#elements[parent]?.kids.push(number)
    this.#elements.push({ type, parent, kids: [], actual, scope })
    this.#open.push(number)
  }

  end (): void { this.#open.pop() }

  /**
   * Adds content to the open element. `page`: the object id of its page. `key`: the key of the page in the
   * parent tree. Returns the type of the element, and the marked-content id of the content.
   */
  mark (page: number, key: number): { type: string, mark: number } {
    const number = this.#open.at(-1) ?? -1
    const element = this.#elements[number]
    if (element === undefined) throw new Error('content is outside of all elements')
    const ofPage = this.#marks.get(key) ?? []
    this.#marks.set(key, ofPage)
    const mark = ofPage.push(number) - 1
    element.kids.push({ page, mark })
    return { type: element.type, mark }
  }

  /**
   * The texts of the objects, with ids from `first` on: all elements, and then a leaf of the parent tree.
   * `root`: the id of the element around the section.
   */
  objects (first: number, root: number): string[] {
    const objects = this.#elements.map(({ type, parent, kids, actual, scope }) => {
      const page = kids.find((kid) => typeof kid !== 'number')?.page
      const texts = kids.map((kid) => {
        if (typeof kid === 'number') return `${first + kid} 0 R`
        return kid.page === page ? String(kid.mark) : `<</Type/MCR/Pg ${kid.page} 0 R/MCID ${kid.mark}>>`
      })
      return [
        `<</S/${type}/P ${parent === -1 ? root : first + parent} 0 R`,
        page === undefined ? '' : `/Pg ${page} 0 R`,
        actual === undefined ? '' : `/ActualText ${pdfText(actual)}`,
        scope === undefined ? '' : `/A<</O/Table/Scope/${scope}>>`,
        texts.length === 0 ? '>>' : `/K[${texts.join(' ')}]>>`,
      ].join('')
    })
    const keys = Array.from(this.#marks.keys())
    const numbers = Array.from(this.#marks, ([key, elements]) =>
      `${key}[${elements.map((number) => `${first + number} 0 R`).join(' ')}]`)
    const limits = keys.length === 0 ? '' : `/Limits[${Math.min(...keys)} ${Math.max(...keys)}]`
    return [...objects, `<<${limits}/Nums[${numbers.join('')}]>>`]
  }
}

/** A text string in hexadecimal digits (7.9.2.2). */
function pdfText (text: string): string {
  return `<feff${Buffer.from(text, 'utf16le').swap16().toString('hex')}>`
}
