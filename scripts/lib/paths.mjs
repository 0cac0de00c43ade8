// Where things are, and the environment in which the project's own programs run.

import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
export const bin = join(root, 'node_modules', '.bin')

/** The Node that runs the product: version 24, from the package `node`. */
export const node = join(bin, process.platform === 'win32' ? 'node.cmd' : 'node')

/** Our own tools first in PATH, nothing compiled twice, nothing that phones home. */
export const environment = () => ({
  ...process.env,
  PATH: `${bin}:${process.env.PATH}`,
  NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/compiled'),
  NEXT_TELEMETRY_DISABLED: '1',
  TURBO_TELEMETRY_DISABLED: '1',
  DO_NOT_TRACK: '1',
})
