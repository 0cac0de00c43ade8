// Runs one command of a set-up step: quiet while it works, loud when it fails, a sign of life every ten seconds.

import { spawn } from 'node:child_process'
import { root } from './paths.mjs'
import { refuse, say } from './say.mjs'

/** Resolves with {code, output}; the output of both streams in the order it came. */
export function capture(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], ...options })
    let output = ''
    const take = (chunk) => {
      output += chunk
    }
    child.stdout.on('data', take)
    child.stderr.on('data', take)
    child.on('error', (error) => resolve({ code: 127, output: error.message }))
    child.on('close', (code) => resolve({ code: code ?? 1, output }))
  })
}

/** A step of the set-up: says what it does, and what to do when it fails. */
export async function step(title, command, args, remedy, options) {
  say(title)
  const alive = setInterval(() => say(`${title} … still working`), 10_000)
  const { code, output } = await capture(command, args, options)
  clearInterval(alive)
  if (code !== 0) refuse(`${title} failed (${command} ${args.join(' ')}, exit ${code}). ${remedy}`, output)
}

/** Runs a command with its output shown; resolves with its exit code. */
export function show(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', ...options })
    child.on('error', (error) => {
      console.error(error.message)
      resolve(127)
    })
    child.on('close', (code) => resolve(code ?? 1))
  })
}
