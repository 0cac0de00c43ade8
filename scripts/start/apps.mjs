// Starting one app as a child process and stopping it again. Children get no signal from the terminal: they are stopped
// in order, and they stop by themselves when this process is gone.

import { fork } from 'node:child_process'
import { join } from 'node:path'
import { environment, node, root } from '../lib/paths.mjs'

/** An app that is starting or running. */
export class App {
  constructor(name, script, env) {
    this.name = name
    this.output = ''
    this.child = fork(join(root, script), {
      cwd: join(root, script.split('/').slice(0, 2).join('/')),
      execPath: node,
      // What a library is going to change is for those who develop with it, and is told where tests run.
      execArgv: ['--disable-warning=DeprecationWarning'],
      env: { ...baseEnvironment(), ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      detached: true,
    })
    this.ended = new Promise((resolve) => this.child.once('exit', (code, signal) => resolve(signal ?? code)))
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream.on('data', (chunk) => {
        this.output = (this.output + chunk).slice(-8_000)
        if (this.loud) process.stdout.write(chunk)
      })
    }
    this.ready = new Promise((resolve, reject) => {
      this.child.on('message', (message) => message?.kind === 'ready' && resolve(message))
      this.ended.then((how) =>
        reject(new Error(`The ${name} ended (${how}) before it was ready.\n${this.output.trim()}`)),
      )
    })
    this.ready.catch(() => {})
  }

  /** From now on what the app prints is shown. */
  beLoud() {
    this.loud = true
  }

  /** SIGTERM, and SIGKILL after `patienceMs`; resolves when the process is gone. */
  async stop(patienceMs) {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return
    this.child.kill('SIGTERM')
    const timer = setTimeout(() => this.child.kill('SIGKILL'), patienceMs)
    await this.ended
    clearTimeout(timer)
  }

  kill() {
    this.child.kill('SIGKILL')
  }
}

/** What children inherit: no setting of another app, no port of this command. */
function baseEnvironment() {
  const env = environment()
  for (const name of [
    'GATEWAY_PORT',
    'REGISTRY_PORT',
    'CONSOLE_PORT',
    'PORT',
    'DATABASE_URL',
    'MASTER_KEY',
    'NODE_OPTIONS',
  ])
    delete env[name]
  return env
}
