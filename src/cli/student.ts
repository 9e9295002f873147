import { Command } from 'commander'
import { BY_COMMAND } from '../audit/audit.ts'
import { counted } from '../counted.ts'
import { exportPerson } from '../person-data/export-person.ts'
import {
  erasePerson,
  previewErasure,
  type Erased,
  type ErasurePreview,
} from '../person-data/erase-person.ts'
import { findPeople, type Person } from '../person-data/person.ts'
import { personName } from '../person-name.ts'
import type { Services } from '../services.ts'
import { parseId } from './program/arguments.ts'
import { isConfirmed } from './program/confirm.ts'
import type { CommandContext } from './program/context.ts'
import { failed, stopped, wrongUsage } from './program/failures.ts'
import { withServices } from './program/open-services.ts'
import { oneLine, type Printer } from './program/printer.ts'
import { textTable } from './program/table.ts'

/** People, courses or files that are listed; the rest is counted. */
const MOST_LISTED = 20

interface PersonFlags {
  course?: number
}

/** `perfbook student`: what is stored about a person, and its erasure. */
export function studentCommand (context: CommandContext): Command {
  const command = new Command('student').description(
    'export or erase everything that is stored about one student'
  )
  const person = 'source id, email address, or student identifier'
  const course = [
    '--course <id>',
    'the person in this course, if several courses have one with this id',
    parseId,
  ] as const

  command
    .command('export')
    .description('print everything that is stored about a person as JSON')
    .argument('<person>', person)
    .option(...course)
    .action(async (text: string, { course }: PersonFlags) => {
      await withServices(context, async (services) => {
        const person = await onePerson(text, course, services, context.stderr)
        const exported = await exportPerson(person, { db: services.db, now: services.clock.now() })
        context.stdout.json(exported, 2)
        context.stderr.write(
          alikeText(
            exported.perhaps_the_same.map(({ course, source_id: sourceId }) => ({ course, sourceId })),
            'Their data is not in this export.'
          )
        )
        services.audit.record({ ...BY_COMMAND, action: 'student.export', subject: subjectOf(person) })
      })
    })

  command
    .command('erase')
    .description('permanently remove a person from books, rosters, reports and stored files')
    .argument('<person>', person)
    .option(...course)
    .option('--yes', 'do not ask for confirmation', false)
    .action(async (text: string, { course, yes }: PersonFlags & { yes: boolean }) => {
      await withServices(context, async (services) => {
        const { stderr } = context
        const person = await onePerson(text, course, services, stderr)
        const options = { db: services.db, files: services.files, now: services.clock.now }
        const preview = await previewErasure(person, options)
        stderr.write(previewText(preview))
        if (!yes) await confirm(context)
        const erased = await erasePerson(person, options)
        if (erased === undefined) {
          throw failed(
            'The data about this person changed in the meantime. Nothing was erased. Run the command again.'
          )
        }
        services.audit.record({ ...BY_COMMAND, action: 'student.erase', subject: subjectOf(person) })
        stderr.write(erasedText(erased))
      })
    })

  return command
}

/** The person with this id. Throws if there is none and, after listing them, if there are several. */
async function onePerson (
  text: string,
  courseId: number | undefined,
  { db }: Services,
  stderr: Printer
): Promise<Person> {
  if (text.trim() === '') {
    throw wrongUsage('PERSON is blank. Give a source id, an email address or a student identifier.')
  }
  const people = await findPeople(db.reads, text, courseId)
  if (people.length === 0) {
    throw failed(
      'No person is stored with the source id, email address or student identifier ' +
        `"${oneLine(text.slice(0, 100))}"` +
      (courseId === undefined ? '.' : ` in course ${courseId}.`)
    )
  }
  const [person, ...others] = people
  if (person !== undefined && others.length === 0) return person
  stderr.write(
    textTable([
      ['SOURCE ID', 'NAME', 'STUDENT ID', 'EMAIL', 'COURSES'],
      ...people
        .slice(0, MOST_LISTED)
        .map((person) =>
          [
            person.sourceId ?? '',
            person.names
              .map(({ first, last }) => personName(first, last))
              .join(' / '),
            person.identifiers.join(', '),
            person.emails.join(', '),
            [...new Set(person.students.map((row) => `${row.course_id} ${row.course_name}`))].join(', '),
          ].map(oneLine)
        ),
    ])
  )
  if (people.length > MOST_LISTED) stderr.write(`and ${people.length - MOST_LISTED} more\n`)
  const isOneId = new Set(people.map((person) => person.sourceId)).size === 1
  throw failed(
    `${people.length} people match. ` +
    `${isOneId ? 'Choose one with --course ID.' : 'Give the source id of one of them.'} Nothing was done.`
  )
}

/** For the audit log: courses, and nothing about the person. */
function subjectOf (person: Person): string {
  const ids = [...new Set(person.students.map((row) => row.course_id))]
  if (ids.length === 0) return 'no course'
  const noun = ids.length === 1 ? 'course' : 'courses'
  return `${noun} ${ids.slice(0, MOST_LISTED).join(', ')}${ids.length > MOST_LISTED ? ', …' : ''}`
}

function previewText ({ courses, exports, uploads, named, alike, keptAccounts }: ErasurePreview): string {
  const files = [...exports, ...uploads, ...named]
  return [
    `The person will be removed from ${counted(courses.length, 'course')}, from the stored roster, ` +
      'and from job reports.',
    ...some(courses.map(({ id, name }) => `  course ${id}  ${oneLine(name)}`)),
    ...(files.length === 0
      ? []
      : [
          'These stored files contain the person, or may contain them, and will be deleted ' +
            `(exports: ${exports.length}, import uploads: ${uploads.length}, others: ${named.length}):`,
        ]),
    ...some(
      files.map(
        (file) => `  file ${file.id}  ${file.owner_type} ${file.owner_id}  ${oneLine(file.filename)}`
      )
    ),
    ...(uploads.length === 0
      ? []
      : ['An import that is waiting for one of these uploads will fail; upload the file again afterwards.']),
    ...(alike.length === 0 ? [] : [alikeText(alike, 'These will not be erased.').trimEnd()]),
    ...keptAccounts.map((email) => `The account ${oneLine(email)} belongs to staff and will be kept.`),
    '',
  ].join('\n')
}

/** A notice about students who may be the same person; empty where there are none. */
function alikeText (alike: ReadonlyArray<{ sourceId: string; course: string }>, consequence: string): string {
  if (alike.length === 0) return ''
  return [
    'Possibly the same person under another source id: they have the same name or email address, or a ' +
      `student identifier or username that differs only in case and leading zeros. ${consequence}`,
    ...some(alike.map(({ sourceId, course }) => `  ${oneLine(sourceId)}  in ${oneLine(course)}`)),
    '',
  ].join('\n')
}

function erasedText ({ counts, copies, wiped }: Erased): string {
  const parts = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([what, count]) => `${what.replaceAll('_', ' ')}: ${count}`)
  return [
    `Erased: ${parts.join(', ')}. ` +
      'Later imports leave this person out, unless they run with --allow-erased.',
    ...(wiped.isCompacted
      ? []
      : [
          'The database file could not be rewritten: it is in use, or the disk is full. ' +
            'Data deleted by earlier versions may still be in its free space.',
        ]),
    ...(wiped.isLogEmpty
      ? []
      : [
          'The database log (perfbook.sqlite-wal) could not be emptied because it is in use. ' +
            'Restart the service to empty it.',
        ]),
    'Backups still hold this person: every backup made with "perfbook backup" before now, ' +
      'and copies elsewhere. Delete them, or let them expire.',
    ...(copies.length === 0
      ? []
      : ['So do these copies of the database from before upgrades:']),
    ...copies.map((path) => `  ${oneLine(path)}`),
    'After a restore from such a backup, erase the person again.',
    '',
  ].join('\n')
}

/**
 * Throws WRONG_USAGE without a terminal, and STOPPED for any other answer than "yes", Ctrl-C included.
 */
async function confirm (context: CommandContext): Promise<void> {
  if (context.stdin.isTTY !== true) {
    throw wrongUsage('Nothing was erased. Run this in a terminal to confirm, or use --yes.')
  }
  if (!await isConfirmed('Erase permanently?', context)) throw stopped('Nothing was erased.')
}

function some (lines: string[]): string[] {
  return lines.length <= MOST_LISTED
    ? lines
    : [...lines.slice(0, MOST_LISTED), `  and ${lines.length - MOST_LISTED} more`]
}
