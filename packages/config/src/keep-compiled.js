// Imported first by the program of each app: all that it loads after this is kept compiled for its next start. In JavaScript, as such
// a program is: TypeScript makes Node load its compiler before it can know what it finds compiled.

import { enableCompileCache } from 'node:module'
import { join } from 'node:path'

enableCompileCache(join(import.meta.dirname, '../../../node_modules/.cache/gatehouse'))
