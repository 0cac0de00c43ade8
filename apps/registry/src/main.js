// The registry as a process, loaded only once it is known where its compiled code is kept. Next: start.ts.

import '@gatehouse/config/keep-compiled'

await import('./start.ts')
