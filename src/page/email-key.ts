/** Addresses with the same key are the same to the server. */
export function emailKey (email: string): string { return email.trim().normalize('NFC').toLowerCase() }
