import { createTransport } from 'nodemailer'
import { isoTime } from '../iso-time.ts'
import type { Log } from '../log.ts'

/** Time-out of the connection and of the mail server's greeting, ms. */
const CONNECTION_MS = 10_000
/** The longest that the mail server may be silent after that, ms. */
const SILENCE_MS = 20_000

interface LinkMessage {
  to: string
  /** An invitation, or a new password: from an administrator, or because the user forgot theirs. */
  kind: 'invitation' | 'reset' | 'forgotten'
  url: string
  /** Ms since 1970. */
  expiresAt: number
}

/**
 * `reason` is the mail server's answer, for the administrator. `isDown`: there was none, so other messages
 * would not get through either.
 */
export type MailOutcome = { sent: true } | { sent: false, reason: string, isDown: boolean }

/** Sends one-time links to their users. */
export interface LinkMail {
  /** Never throws: the link is valid either way and can be passed on by hand. */
  send: (message: LinkMessage) => Promise<MailOutcome>
}

interface LinkMailOptions {
  /** `smtp://user:password@host:587`, or `smtps://`. */
  url: string
  from: string
  log: Pick<Log, 'warn'>
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
        // Neither the address nor the server's answer, which may quote it.
        log.warn({ code, responseCode }, 'a one-time link could not be sent by email')
        return { sent: false, reason, isDown: responseCode === undefined }
      }
    },
  }
}

/** Subject, why the message is sent, and what to do if it was not expected. */
const LETTERS: Readonly<Record<LinkMessage['kind'], readonly [string, string, string]>> = {
  invitation: [
    'Your invitation to Perfbook',
    'You have been invited to Perfbook, the performance book of your courses.',
    'If you did not expect this, ignore this message.',
  ],
  reset: [
    'A new password for Perfbook',
    'An administrator made a link for you to choose a new password for Perfbook.',
    'If you did not ask for this, ignore this message. Your password does not change.',
  ],
  forgotten: [
    'A new password for Perfbook',
    'Someone asked for a new password for your account on Perfbook.',
    'If it was not you, ignore this message. Your password does not change.',
  ],
}

function letter ({ kind, url, expiresAt }: LinkMessage): { subject: string, text: string } {
  const until = `${isoTime(expiresAt).slice(0, 16).replace('T', ' ')} UTC`
  const [subject, why, otherwise] = LETTERS[kind]
  return {
    subject,
    text:
      `${why} Open this link and choose a password:\n\n${url}\n\n` +
      `You can use it once, until ${until}. Keep it to yourself: anyone who opens it can choose the ` +
      'password.\n\n' +
      `${otherwise}\n`,
  }
}
