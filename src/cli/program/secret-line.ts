import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { readLine } from './arguments.ts'
import type { CommandContext } from './context.ts'
import { stopped } from './failures.ts'

/**
 * One line of standard input without its line end. On a terminal it is asked for with `prompt`, and what is
 * typed is not shown. Empty where the input ends. Throws STOPPED on Ctrl-C.
 */
export async function readSecretLine (
  { stdin, stderr, signal }: CommandContext,
  prompt: string
): Promise<string> {
  if (stdin.isTTY !== true) return await readLine(stdin)
  // Readline turns the terminal's own echo off, and its echo goes nowhere.
  const output = new Writable({
    write (chunk, encoding, done) {
      done()
    },
  })
  const terminal = createInterface({ input: stdin, output, terminal: true, historySize: 0 })
  // Only now: what is typed as soon as the prompt is there is not shown either.
  stderr.write(prompt)
  const close = () => { terminal.close() }
  signal.addEventListener('abort', close)
  try {
    return await new Promise<string>((resolve, reject) => {
      terminal.once('line', resolve)
      terminal.once('SIGINT', () => {
        reject(stopped())
      })
      terminal.once('close', () => {
        if (signal.aborted) reject(stopped())
        else resolve('')
      })
    })
  } finally {
    signal.removeEventListener('abort', close)
    terminal.close()
    stderr.write('\n')
  }
}
