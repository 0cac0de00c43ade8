// The Host and Origin values under which people reach the console.

import { isLoopback } from '@gatehouse/config'
import { type Allowed, allowed } from '@gatehouse/http-kit'
import type { Config } from '../config.ts'

export const allowedHere = (config: Config, port: number): Allowed =>
  allowed({
    publicUrls: [config.PUBLIC_URL],
    loopback: isLoopback(config.GATEHOUSE_HOST),
    port,
    hosts: config.GATEHOUSE_ALLOWED_HOSTS,
    origins: config.GATEHOUSE_ALLOWED_ORIGINS,
  })
