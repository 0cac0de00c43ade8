// The parts of undici that are used here. Its index loads fetch, WebSocket, caches and mocks with them: a sixth of a gateway's start.

import { createRequire } from 'node:module'

const load = createRequire(import.meta.url)

export const Dispatcher = load('undici/lib/dispatcher/dispatcher.js')
export const Pool = load('undici/lib/dispatcher/pool.js')
export const buildConnector = load('undici/lib/core/connect.js')

// As its index does: request, connect and the others are no members by themselves.
Object.assign(Dispatcher.prototype, load('undici/lib/api'))
