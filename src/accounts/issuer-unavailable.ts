/**
 * Whoever says who somebody is - a provider of single sign-on, the keys of an application - does not answer,
 * or not as one.
 */
export class IssuerUnavailableError extends Error {}
