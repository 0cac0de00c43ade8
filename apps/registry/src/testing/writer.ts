// A process of embedded.test.ts: holds a data folder and writes rows until it is killed; sends the id of each one that the
// database has acknowledged.

import { v7 as uuidv7 } from 'uuid'
import { openDb } from '../db.ts'
import { openEmbedded } from '../embedded.ts'

const embedded = await openEmbedded(process.argv[2] ?? '')
const db = openDb(embedded.source, () => undefined)
for (;;) {
  const id = uuidv7()
  await db.asSystem((tx) => tx.workspace.create({ data: { id, name: 'A', slug: id } }))
  process.send?.(id)
}
