// The data folder: private to its owner, used by one start at a time, with random secrets made on the first one.

import { randomBytes, randomUUID } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { refuse } from '../lib/say.mjs'

/** Raised when what lies in the folder changes its form. */
const formatVersion = 1

/** Opens (or makes) the folder; refuses with one sentence what can't be used. @returns its secrets and a function that lets it go. */
export function openDataFolder(folder) {
  makeWritable(folder)
  checkVersion(folder)
  const release = lock(folder)
  return { secrets: secrets(folder), release }
}

/** Writes a file that only its owner may read, whole or not at all. */
export function writePrivately(path, content) {
  const draft = `${path}.${randomUUID()}`
  writeFileSync(draft, content, { mode: 0o600 })
  renameSync(draft, path)
}

function makeWritable(folder) {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    chmodSync(folder, 0o700)
    const probe = join(folder, `.probe-${randomUUID()}`)
    writeFileSync(probe, '')
    rmSync(probe)
  } catch (error) {
    refuse(
      `The data folder ${folder} can not be written (${error.code ?? error.message}): give yourself write permission, or set GATEHOUSE_DATA_DIR to another folder.`,
    )
  }
}

function checkVersion(folder) {
  const file = join(folder, 'version.json')
  if (!existsSync(file)) return writePrivately(file, `${JSON.stringify({ format: formatVersion })}\n`)
  let format
  try {
    format = JSON.parse(readFileSync(file, 'utf8')).format
  } catch {
    refuse(`${file} can not be read: restore it, or set GATEHOUSE_DATA_DIR to another folder.`)
  }
  if (!(format <= formatVersion))
    refuse(
      `The data folder ${folder} was written by a newer version of Gatehouse (format ${format}, this one knows ${formatVersion}): update Gatehouse, or set GATEHOUSE_DATA_DIR to another folder.`,
    )
}

function lock(folder) {
  const file = join(folder, 'start.lock')
  for (;;) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx', mode: 0o600 })
      return () => rmSync(file, { force: true })
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
    }
    const pid = Number(readFileSync(file, 'utf8'))
    if (pid && pid !== process.pid && isAlive(pid))
      refuse(
        `The data folder ${folder} is in use by another Gatehouse (process ${pid}): stop that one first, or set GATEHOUSE_DATA_DIR to another folder.`,
      )
    rmSync(file, { force: true })
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

function secrets(folder) {
  const file = join(folder, 'secrets.json')
  const kept = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}
  // A file of its own, which the registry reads again while it runs. Older versions kept the key in secrets.json.
  const { master_key = newMasterKey(), gateway_token = randomBytes(32).toString('base64url') } = kept
  if (!existsSync(masterKeyFile(folder))) writePrivately(masterKeyFile(folder), `${master_key}\n`)
  if (kept.master_key || !kept.gateway_token)
    writePrivately(file, `${JSON.stringify({ gateway_token }, null, 2)}\n`)
  return { gateway_token, master_key_file: masterKeyFile(folder) }
}

export const masterKeyFile = (folder) => join(folder, 'master-key')

const newMasterKey = () => randomBytes(32).toString('base64')
const masterKeys = (folder) => readFileSync(masterKeyFile(folder), 'utf8').split(/\s+/).filter(Boolean)

/** A new first key, unless a rotation that was cut off has left one. */
export function addMasterKey(folder) {
  const keys = masterKeys(folder)
  if (keys.length === 1) writePrivately(masterKeyFile(folder), `${newMasterKey()}\n${keys[0]}\n`)
}

/** Once nothing is wrapped with them any more. */
export function dropOldMasterKeys(folder) {
  writePrivately(masterKeyFile(folder), `${masterKeys(folder)[0]}\n`)
}
