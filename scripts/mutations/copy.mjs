// A copy of the checkout in which a file can be changed without anybody's editor, server or commit ever seeing it. Packages
// are linked, not copied; our own ones point into the copy.

import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, statSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from '../lib/paths.mjs'

const skipped = /\/(node_modules|\.git|\.next|\.turbo|\.gatehouse|reports|test-results)$/

/** @returns the folder; whoever asked removes it */
export function copySources() {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-mutations-'))
  cpSync(root, folder, { recursive: true, filter: (source) => source === root || !skipped.test(source) })
  for (const place of ['.', ...workspaces()]) linkPackages(join(root, place), join(folder, place))
  return folder
}

/** Folders that may hold packages of their own, beside those at the root. */
function workspaces() {
  const below = (folder) => readdirSync(join(root, folder)).map((name) => join(folder, name))
  return [...below('apps'), ...below('packages'), 'e2e']
}

/** Nothing that an install in the copy removes or writes is the checkout's own. */
function linkPackages(from, to) {
  const [source, target] = [join(from, 'node_modules'), join(to, 'node_modules')]
  if (!existsSync(source)) return
  mkdirSync(target)
  for (const name of readdirSync(source)) {
    const [original, place] = [join(source, name), join(target, name)]
    if (name.startsWith('.vite')) continue // what vitest remembers of the checkout's files
    // Relative links: copied as they are, they lead to the copy's own folders.
    if (name === '@gatehouse') cpSync(original, place, { recursive: true, verbatimSymlinks: true })
    else if (name === '.bin' || name.startsWith('@')) linkEach(original, place)
    else if (statSync(original).isFile()) cpSync(original, place)
    else symlinkSync(original, place)
  }
}

function linkEach(from, to) {
  mkdirSync(to)
  for (const name of readdirSync(from)) symlinkSync(join(from, name), join(to, name))
}
