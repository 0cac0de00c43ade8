// What the scripts tell the person in front of them. Plain Node 20: these files run before anything is installed.

const started = Date.now()

/** One line of progress, with the seconds since the command started. */
export function say(text) {
  console.log(`[${((Date.now() - started) / 1000).toFixed(1).padStart(5)} s] ${text}`)
}

/** Ends the command with one clear sentence; `output` is what the failing step printed last. */
export function refuse(sentence, output = '') {
  const tail = output.trim().split('\n').slice(-30).join('\n')
  if (tail) console.error(tail)
  console.error(`\n${sentence}`)
  process.exit(1)
}
