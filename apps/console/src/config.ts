// The console's settings. The table in the README is made from `settings`; start.ts reads them once.

import {
  ConfigError,
  type Environment,
  gatehouseNames,
  isLoopback,
  kind,
  loadConfig,
  type Settings,
} from '@gatehouse/config'
import { z } from 'zod'

export const settings = {
  PORT: { schema: kind.port(7402), about: 'Port to listen on', fallback: '7402' },
  PUBLIC_URL: {
    schema: kind.optional(kind.baseUrl()),
    about: 'Where people reach the console; https unless bound to loopback',
    fallback: 'http://localhost:<PORT>, on loopback only',
  },
  REGISTRY_URL: { schema: kind.baseUrl(), about: "The registry's public listener" },
  GATEWAY_URL: { schema: kind.baseUrl(), about: 'Where this app reaches the gateway' },
  GATEHOUSE_HOST: { schema: kind.host('127.0.0.1'), about: 'Address to bind to', fallback: '127.0.0.1' },
  GATEHOUSE_EGRESS_CA_FILE: {
    schema: z.string().optional(),
    about: 'PEM file with certificate authorities to trust besides the usual ones',
  },
  GATEHOUSE_ALLOWED_HOSTS: {
    schema: kind.list(),
    about: 'More values that the Host header may have, separated by commas',
  },
  GATEHOUSE_ALLOWED_ORIGINS: {
    schema: kind.list(),
    about: 'More origins that browsers may call from, separated by commas',
  },
  GATEHOUSE_TRUSTED_PROXIES: {
    schema: kind.networks(),
    about: 'Addresses or networks of proxies whose X-Forwarded-* headers count, separated by commas',
  },
  GATEHOUSE_SETTLE_MS: {
    schema: kind.whole(0, 600_000, 5_000),
    about: 'On stop: still accepting, in ms',
    fallback: '5000',
  },
  GATEHOUSE_DRAIN_MS: {
    schema: kind.whole(0, 600_000, 20_000),
    about: 'On stop: longest wait for requests in flight, in ms',
    fallback: '20000',
  },
} as const satisfies Settings

export type Config = Readonly<ReturnType<typeof loadConsoleConfig>>

/** @throws ConfigError with every mistake */
export function loadConsoleConfig(env: Environment) {
  const mistakes = betweenSettings(env)
  try {
    const values = loadConfig('The console', settings, env, gatehouseNames)
    if (mistakes.length > 0) throw new ConfigError('The console', [])
    return { ...values, PUBLIC_URL: values.PUBLIC_URL ?? `http://localhost:${values.PORT}` }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    throw new ConfigError('The console', [...error.mistakes, ...mistakes])
  }
}

/** What no setting can tell alone. */
function betweenSettings(env: Environment): string[] {
  if (isLoopback(env.GATEHOUSE_HOST || '127.0.0.1')) return []
  if (!env.PUBLIC_URL) return ['PUBLIC_URL: is required where GATEHOUSE_HOST is not a loopback address']
  if (env.PUBLIC_URL.startsWith('https://')) return []
  return ['PUBLIC_URL: must be https where GATEHOUSE_HOST is not a loopback address']
}
