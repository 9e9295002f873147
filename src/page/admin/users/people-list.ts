// A list of people as administrators have it: pasted from a mail or a spreadsheet, or a CSV file.
import type { Account } from '../../../http/schemas/users.ts'
import { emailKey } from '../../email-key.ts'
import { fold } from '../../fold.ts'

type Role = Account['role']
type PersonFault = 'noEmail' | 'badEmail' | 'badRole' | 'twice' | 'tooLong' | 'hasAccount'

export interface ListedPerson {
  email: string
  firstName: string
  lastName: string
  /** Undefined: the list does not say. */
  role: Role | undefined
  fault: PersonFault | undefined
}

const EMAIL_MAX = 254
const NAME_MAX = 200
type Field = 'email' | 'first' | 'last' | 'name' | 'role'
/** Headings and roles as people write them in English and Spanish, folded. */
const HEADINGS: Readonly<Record<string, Field>> = {
  email: 'email', 'e-mail': 'email', mail: 'email', 'email address': 'email', correo: 'email',
  'correo electronico': 'email',
  'first name': 'first', first: 'first', firstname: 'first', first_name: 'first', 'given name': 'first',
  nombre: 'first', nombres: 'first',
  'last name': 'last', last: 'last', lastname: 'last', last_name: 'last', surname: 'last',
  'family name': 'last', apellido: 'last', apellidos: 'last',
  name: 'name', 'full name': 'name', 'nombre completo': 'name',
  role: 'role', rol: 'role', funcion: 'role',
}
const ROLES: Readonly<Record<string, Role>> = {
  teacher: 'teacher', docente: 'teacher', profesor: 'teacher', profesora: 'teacher', maestro: 'teacher',
  maestra: 'teacher',
  admin: 'admin', administrator: 'admin', administrador: 'admin', administradora: 'admin',
  student: 'student', estudiante: 'student', alumno: 'student', alumna: 'student',
}
const BY_PLACE: readonly Field[] = ['email', 'first', 'last', 'role']
const EMAIL = /^[^\s@<>]+@[^\s@<>]+$/

/**
 * The people of a text, one a line: an email address, then the first and the last name and the role; or with
 * a line of headings; or `Ana Alvarez <ana@example.edu>`, several of them in a line.
 */
export function peopleIn (text: string): ListedPerson[] {
  const rows = rowsOf(text).filter((cells) => cells.some((cell) => cell !== ''))
  const [first = []] = rows
  const headings = first.map((cell) => HEADINGS[fold(cell)])
  const hasHeadings = headings.includes('email')
  const people = rows.slice(hasHeadings ? 1 : 0).flatMap((cells) => {
    const mailed = cells.filter((cell) => cell.includes('@'))
    if (!hasHeadings && (mailed.length > 1 || mailed[0]?.includes('<') === true)) return mailed.map(ofMail)
    return [ofCells(cells, hasHeadings ? headings : BY_PLACE)]
  })
  const seen = new Set<string>()
  return people.map((person) => {
    const key = emailKey(person.email)
    const isTwice = person.email !== '' && seen.has(key)
    seen.add(key)
    return { ...person, fault: person.fault ?? (isTwice ? 'twice' : undefined) }
  })
}

/** `Ana Alvarez <ana@example.edu>`, `"Alvarez, Ana" <ana@example.edu>`, or the address alone. */
function ofMail (cell: string): ListedPerson {
  const at = cell.lastIndexOf('<')
  const name = cell.slice(0, Math.max(0, at))
  const email = cell.slice(at + 1).replace('>', '')
  return checked({ email: email.trim(), ...namesOf(name.replaceAll('"', '').trim()) }, '')
}

function ofCells (cells: readonly string[], fields: ReadonlyArray<Field | undefined>): ListedPerson {
  const valueOf = (field: Field) => cells[fields.indexOf(field)] ?? ''
  const whole = namesOf(valueOf('name'))
  return checked({
    email: valueOf('email'),
    firstName: valueOf('first') || whole.firstName,
    lastName: valueOf('last') || whole.lastName,
  }, valueOf('role'))
}

/** `Alvarez, Ana` or `Ana Alvarez`. */
function namesOf (name: string): { firstName: string, lastName: string } {
  const [last = '', first] = name.split(',').map((part) => part.trim())
  if (first !== undefined) return { firstName: first, lastName: last }
  const words = name.split(/\s+/)
  return words.length < 2
    ? { firstName: name, lastName: '' }
    : { firstName: words.slice(0, -1).join(' '), lastName: words.at(-1) ?? '' }
}

type Person = Pick<ListedPerson, 'email' | 'firstName' | 'lastName'>

function checked (person: Person, role: string): ListedPerson {
  const known = ROLES[fold(role)]
  const { email, firstName, lastName } = person
  const fault = email === ''
    ? 'noEmail'
    : !EMAIL.test(email)
        ? 'badEmail'
        : role !== '' && known === undefined
          ? 'badRole'
          : email.length > EMAIL_MAX || Math.max(firstName.length, lastName.length) > NAME_MAX
            ? 'tooLong'
            : undefined
  return { ...person, role: known, fault }
}

/** The cells of each line, trimmed, apart by tabs, semicolons or commas. See RFC 4180 for the quotes. */
function rowsOf (text: string): string[][] {
  const clean = text.replace(/^\u{feff}/u, '')
  const separator = ['\t', ';', ','].find((one) => clean.includes(one)) ?? ','
  const rows: string[][] = []
  let row: string[] = []
  let cell = ''
  let isQuoted = false
  const endCell = () => {
    row.push(cell.trim())
    cell = ''
  }
  for (let at = 0; at < clean.length; at++) {
    const letter = clean.charAt(at)
    if (letter === '"') {
      if (isQuoted && clean.charAt(at + 1) === '"') cell += clean.charAt(++at)
      else isQuoted = !isQuoted
    } else if (isQuoted) cell += letter
    else if (letter === separator) endCell()
    else if (letter === '\n' || letter === '\r') {
      endCell()
      rows.push(row)
      row = []
    } else cell += letter
  }
  endCell()
  rows.push(row)
  return rows
}
