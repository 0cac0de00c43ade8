// The kinds of values that settings have, each as a schema over the environment's text.

import { isIP } from 'node:net'
import { z } from 'zod'
import { Secret } from './secret.ts'

const text = z.string({ error: 'is required' })

/** Whole number from `min` to `max`; with a fallback it may be unset. */
export function whole(min: number, max: number, fallback?: number) {
  const schema = text
    .regex(/^\d{1,15}$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((n) => n >= min && n <= max, `must be from ${min} to ${max}`)
  return fallback === undefined ? schema : schema.optional().transform((value) => value ?? fallback)
}

export const port = (fallback?: number) => whole(0, 65535, fallback)

/** An absolute http(s) URL without user info, query or fragment; comes out without a trailing slash. */
export const baseUrl = () =>
  text.transform((value, context) => {
    const url = URL.canParse(value) ? new URL(value) : undefined
    const fine =
      url && /^https?:$/.test(url.protocol) && !url.username && !url.password && !url.search && !url.hash
    if (fine) return url.href.replace(/\/+$/, '')
    context.addIssue({
      code: 'custom',
      message: 'must be an http or https URL without user info, query or fragment',
    })
    return z.NEVER
  })

/** The URL of a proxy. It may carry a login, so it is a secret. */
export const proxyUrl = () =>
  text.transform((value, context) => {
    const url = URL.canParse(value) ? new URL(value) : undefined
    const fine = url && /^https?:$/.test(url.protocol) && url.pathname === '/' && !url.search && !url.hash
    if (fine && isDecodable(url.username + url.password)) return new Secret(url.href)
    context.addIssue({
      code: 'custom',
      message: 'must be an http or https URL of host and port; a login before them is percent-encoded',
    })
    return z.NEVER
  })

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}

/** A secret of at least `min` characters; known weak values are refused. */
export const secret = (min = 32) =>
  text
    .min(min, `must have at least ${min} characters; make one with: openssl rand -base64 32`)
    .refine((value) => new Set(value).size > 5, 'is too weak: use a random value')
    .transform((value) => new Secret(value))

/** A setting that `check` throws a sentence about where it is wrong. */
export const checked = <S extends z.ZodType>(schema: S, check: (value: z.output<S>) => unknown) =>
  schema.superRefine((value, context) => {
    try {
      check(value)
    } catch (error) {
      context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) })
    }
  })

/** Comma separated list; empty when unset. */
export const list = () =>
  z
    .string()
    .optional()
    .transform((value) =>
      (value ?? '')
        .split(',')
        .map((item) => item.trim())
        .filter(Boolean),
    )

/** Addresses, or networks as address/bits, separated by commas. */
export const networks = () =>
  checked(list(), (all) => {
    const wrong = all.find((one) => !isNetwork(one))
    if (wrong !== undefined)
      throw new Error(`must hold addresses or networks like 10.0.0.0/8, which "${wrong}" is not`)
  })

function isNetwork(text: string): boolean {
  const [address = '', bits, more] = text.split('/')
  const version = isIP(address)
  if (version === 0 || more !== undefined) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128))
}

export const flag = () =>
  z
    .enum(['0', '1'], { error: 'must be 0 or 1' })
    .optional()
    .transform((value) => value === '1')

export const optional = <S extends z.ZodType>(schema: S) => z.union([z.undefined(), schema])

/** An address to bind to. */
export const host = (fallback: string) =>
  z
    .string()
    .optional()
    .transform((value) => value ?? fallback)

/** True for an address that only this machine reaches. */
export const isLoopback = (name: string) => /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/.test(name)
