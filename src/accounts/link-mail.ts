import { createTransport } from 'nodemailer'
import { isoTime } from '../iso-time.ts'

/**
 * How long the mail server may take: for the connection and its first word, and between two words after that,
 * ms.
 */
const CONNECTION_MS = 10_000
const SILENCE_MS = 20_000

export interface LinkMessage {
  to: string
  /** An invitation, or a new password for somebody who has one. */
  kind: 'invitation' | 'reset'
  url: string
  /** ms since 1970. */
  expiresAt: number
}

/** `reason` is what the mail server said, for the administrator. */
export type MailOutcome = { sent: true } | { sent: false, reason: string }

/** Sends one-time links to those whom they are for. */
export interface LinkMail {
  /** Never throws: the link is good all the same, and can be passed on by hand. */
  send: (message: LinkMessage) => Promise<MailOutcome>
}

export interface LinkMailOptions {
  /** `smtp://user:password@host:587`, or `smtps://`. */
  url: string
  from: string
  log: { warn: (facts: object, text: string) => void }
}

export function createLinkMail ({ url, from, log }: LinkMailOptions): LinkMail {
  const transport = createTransport({
    url,
    connectionTimeout: CONNECTION_MS,
    greetingTimeout: CONNECTION_MS,
    socketTimeout: SILENCE_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return {
    async send (message) {
      try {
        await transport.sendMail({ from, to: { name: '', address: message.to }, ...letter(message) })
        return { sent: true }
      } catch (error) {
        const { code, responseCode, message: reason } = error as {
          code?: string,
          responseCode?: number,
          message: string,
        }
        // Not whose mail it was, nor what the server said of the address.
        log.warn({ code, responseCode }, 'a one-time link could not be sent by e-mail')
        return { sent: false, reason }
      }
    },
  }
}

function letter ({ kind, url, expiresAt }: LinkMessage): { subject: string, text: string } {
  const until = `${isoTime(expiresAt).slice(0, 16).replace('T', ' ')} UTC`
  const [subject, why, otherwise] = kind === 'invitation'
    ? [
        'Your invitation to Perfbook',
        'You have been invited to Perfbook, the performance book of your courses.',
        'If you do not know what this is about, ignore this message.',
      ]
    : [
        'A new password for Perfbook',
        'An administrator has made a link by which you choose a new password for Perfbook.',
        'If you did not ask for it, ignore this message: your password stays as it is.',
      ]
  return {
    subject,
    text:
      `${why} Open this link and choose a password:\n\n${url}\n\nIt is good once, until ${until}. Keep it to yourself: whoever opens it chooses the password.\n\n${otherwise}\n`,
  }
}
