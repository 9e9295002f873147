import type { CommandContext } from './context.ts'
import { readLine } from './arguments.ts'

/**
 * Asks a question on the terminal. True: the answer is "yes". Any other answer, Ctrl-C included, is no.
 * `question` ends without a space.
 */
export async function isConfirmed (
  question: string, { stdin, stderr, signal }: CommandContext
): Promise<boolean> {
  stderr.write(`${question} Type yes: `)
  const giveUp = () => { stdin.destroy() }
  signal.addEventListener('abort', giveUp)
  try {
    const answer = await readLine(stdin)
    return answer.trim().toLowerCase() === 'yes'
  } catch (error) {
    if (signal.aborted) return false
    throw error
  } finally {
    signal.removeEventListener('abort', giveUp)
  }
}
