// `npm run tour`: pictures of the console for who reviews it; e2e/tour/main.ts takes them on Node 24. Arguments name screens or states.

import { join } from 'node:path'
import { environment, node, root } from './lib/paths.mjs'
import { show } from './lib/run.mjs'
import { ensureChromium } from './lib/system.mjs'
import { setup } from './setup.mjs'
import { buildConsole } from './start/console-build.mjs'

await setup()
const chromium = await ensureChromium()
await buildConsole()
const env = { ...environment(), CHROMIUM_PATH: chromium }
process.exit(await show(node, [join(root, 'e2e/tour/main.ts'), ...process.argv.slice(2)], { env }))
