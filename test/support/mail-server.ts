// A real mail server on a port of this machine, that keeps what it is given.
import type { AddressInfo } from 'node:net'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import type { Test } from 'tap'

export interface MailServer {
  port: number
  messages: Array<{ from: string, to: string[], text: string }>
}

/** Stops with the test. */
export async function startMailServer (t: Test, options: SMTPServerOptions = {}): Promise<MailServer> {
  const messages: MailServer['messages'] = []
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    authOptional: true,
    logger: false,
    onData (stream, { envelope }, done) {
      let text = ''
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
      }).on('end', () => {
        messages.push({
          from: envelope.mailFrom === false ? '' : envelope.mailFrom.address,
          to: envelope.rcptTo.map(({ address }) => address),
          text,
        })
        done()
      })
    },
    ...options,
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  t.teardown(() =>
    new Promise<void>((resolve) => {
      server.close(() => {
        resolve()
      })
    })
  )
  return { port: (server.server.address() as AddressInfo).port, messages }
}
