/** Where the parts of the service log to; a pino logger is one. */
export interface Log {
  info: (facts: object, text: string) => void
  warn: (facts: object, text: string) => void
  error: (facts: object, text: string) => void
}
