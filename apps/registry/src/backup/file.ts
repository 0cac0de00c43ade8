// The file of a backup: one line with its format, version and digest, then gzip of lines of JSON: a header, and for each table
// its name and its rows. The digest covers every byte after the first line. It tells an accident, not an attacker.

import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { z } from 'zod'

const version = 1
const firstLine = (digest: string) => `gatehouse-backup ${version} ${digest}\n`
const bodyStart = firstLine('0'.repeat(64)).length

/** Rows may be large: none waits in memory for the next. */
const one = { highWaterMark: 1 }

export const header = z.object({
  madeAt: z.iso.datetime(),
  /** Names of the migrations that its schema has had. */
  migrations: z.array(z.string()),
  /** Days with a partition of call records. */
  days: z.array(z.iso.date()),
  tables: z.array(z.object({ name: z.string(), columns: z.array(z.tuple([z.string(), z.string()])) })),
})
export type Header = z.output<typeof header>

/** @param lines each without its end. @throws Error with one sentence where the file is there already */
export async function writeFileOnce(path: string, lines: AsyncIterable<string>): Promise<void> {
  if (existsSync(path)) throw new Error(`${path} exists already: name another file`)
  const draft = `${path}.unfinished`
  await rm(draft, { force: true })
  const file = await open(draft, 'wx', 0o600)
  try {
    const digest = createHash('sha256')
    await file.write(firstLine('0'.repeat(64)))
    const ended = async function* (): AsyncGenerator<string> {
      for await (const line of lines) yield `${line}\n`
    }
    await pipeline(
      Readable.from(ended(), one),
      createGzip({ level: 4 }),
      async (chunks: AsyncIterable<Buffer>) => {
        for await (const chunk of chunks) {
          digest.update(chunk)
          await file.writeFile(chunk) // from where the last one ended
        }
      },
    )
    await file.write(firstLine(digest.digest('hex')), 0)
    await file.sync()
    await file.close()
    await rename(draft, path)
  } catch (error) {
    await file.close().catch(() => undefined)
    await rm(draft, { force: true })
    throw error
  }
}

export interface BackupFile {
  readonly header: Header
  /** Every line after the header. @throws Error at the end where the file was changed meanwhile */
  lines(): AsyncGenerator<string>
  close(): Promise<void>
}

/** Reads the whole file once before it says anything. @throws Error with one sentence where it is not whole */
export async function openFile(path: string): Promise<BackupFile> {
  const file = await open(path).catch((cause: NodeJS.ErrnoException) => {
    throw new Error(`The backup ${path} can not be read (${cause.code})`, { cause })
  })
  try {
    const wanted = await readFirstLine(file, path)
    const damaged = () => new Error(`The backup ${path} is damaged or cut short: use another copy of it`)
    const digest = createHash('sha256')
    for await (const chunk of body(file)) digest.update(chunk)
    if (digest.digest('hex') !== wanted) throw damaged()
    const lines = () => readLines(file, wanted, damaged)
    for await (const line of lines()) {
      return {
        header: header.parse(JSON.parse(line)),
        lines: () => skipFirst(lines()),
        close: () => file.close(),
      }
    }
    throw damaged()
  } catch (error) {
    await file.close()
    throw error
  }
}

async function readFirstLine(file: FileHandle, path: string): Promise<string> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(bodyStart), 0, bodyStart, 0)
  const [, found, digest] =
    /^gatehouse-backup (\d+) ([0-9a-f]{64})\n/.exec(buffer.toString('latin1', 0, bytesRead)) ?? []
  if (found === undefined || digest === undefined)
    throw new Error(`${path} is not a backup of Gatehouse, or was cut short`)
  if (Number(found) !== version)
    throw new Error(
      `The backup ${path} is of another version of Gatehouse (format ${found}, this one knows ${version}): use that version`,
    )
  return digest
}

async function* body(file: FileHandle): AsyncGenerator<Buffer> {
  for (let at = bodyStart; ; ) {
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(65_536), 0, 65_536, at)
    if (bytesRead === 0) return
    yield buffer.subarray(0, bytesRead)
    at += bytesRead
  }
}

async function* readLines(file: FileHandle, wanted: string, damaged: () => Error): AsyncGenerator<string> {
  const digest = createHash('sha256')
  const unzipped = createGunzip()
  const seen = async function* (): AsyncGenerator<Buffer> {
    for await (const chunk of body(file)) {
      digest.update(chunk)
      yield chunk
    }
  }
  const fed = pipeline(Readable.from(seen(), one), unzipped)
  fed.catch(() => undefined) // seen below, by the reader
  const pieces: Buffer[] = []
  for await (const chunk of unzipped as AsyncIterable<Buffer>) {
    let from = 0
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      pieces.push(chunk.subarray(from, end))
      yield Buffer.concat(pieces.splice(0)).toString()
      from = end + 1
    }
    if (from < chunk.length) pieces.push(chunk.subarray(from))
  }
  await fed
  if (pieces.length > 0 || digest.digest('hex') !== wanted) throw damaged()
}

async function* skipFirst(lines: AsyncGenerator<string>): AsyncGenerator<string> {
  await lines.next()
  yield* lines
}
