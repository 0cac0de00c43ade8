// The apps of this repository as processes, with nothing in their environment but what the test says.

import { resolve } from 'node:path'
import { type ProcessLimits, type Running, start } from './process.ts'

const root = resolve(import.meta.dirname, '../../..')

export interface App extends Running {
  /** The message with which it said that it is ready. */
  readonly ready: Readonly<Record<string, unknown>>
}

/** Starts `apps/{name}/src/main.js` from its own folder and resolves on its `{kind: 'ready'}`. */
export async function spawnApp(
  name: 'console' | 'gateway' | 'registry',
  env: NodeJS.ProcessEnv,
  options: { deadlineMs?: number; limits?: ProcessLimits } = {},
): Promise<App> {
  const cwd = resolve(root, 'apps', name)
  const isReady = ({ child }: Running) =>
    new Promise<Readonly<Record<string, unknown>>>((resolve) => {
      child.on('message', (message: Record<string, unknown>) => {
        if (message.kind === 'ready') resolve(message)
      })
    })
  const app = await start(['src/main.js'], { cwd, env, ...options }, isReady)
  return { ...app, ready: app.first }
}
