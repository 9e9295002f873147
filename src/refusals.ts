// Refusals of requests that say more than their code. The page finds the template in the message, to say the
// same in its languages.
import { fillTemplate } from './message-templates.ts'

/** If several fit a message, the page uses the first. */
export const REFUSALS = {
  nothing_to_undo: 'This import changed nothing, so there is nothing to undo.',
  undo_of_undo: 'This is an undo, which cannot be undone. Import the file again.',
  too_old_to_undo:
    'This import changed nothing, or it is too old to be undone. To go back, import the earlier file again.',
  later_import_or_others:
    'A later import changed {courses}. Undo that import first{imports}, or undo this one for its other ' +
    'courses only.',
  later_import: 'A later import changed {courses}. Undo that import first{imports}.',
  later_imports_or_others:
    'Later imports changed {courses}. Undo these imports first{imports}, or undo this one for its other ' +
    'courses only.',
  later_imports: 'Later imports changed {courses}. Undo these imports first{imports}.',
  no_account: 'add: there is no account for {people}, and no course has such a teacher; invite them first, ' +
    'then add them',
  own_role: 'user_id: you cannot change your own role; ask another administrator',
  own_account: 'user_id: you cannot disable yourself; ask another administrator',
} as const satisfies Record<string, string>

/** A message of these templates. */
export function refusal (
  name: keyof typeof REFUSALS, values: Readonly<Record<string, string>> = {}
): string {
  return fillTemplate(REFUSALS[name], values)
}
