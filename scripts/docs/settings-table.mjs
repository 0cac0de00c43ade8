// The table of settings, from the schemas that the apps read them with.

const apps = [
  ['gateway', () => import('../../apps/gateway/src/config.ts')],
  ['registry', () => import('../../apps/registry/src/config.ts')],
  ['console', () => import('../../apps/console/src/config.ts')],
]

/** One row per setting, with the apps that read it. */
export async function settingsTable() {
  const rows = new Map()
  for (const [app, load] of apps) {
    for (const [name, setting] of Object.entries((await load()).settings)) {
      const row = rows.get(name) ?? {
        apps: [],
        about: setting.about,
        fallback: setting.fallback,
        secret: setting.secret,
      }
      row.apps.push(app)
      rows.set(name, row)
    }
  }
  const line = ([name, row]) => {
    const file = row.secret ? `, or \`${name}_FILE\`` : ''
    return `| \`${name}\`${file} | ${row.apps.join(', ')} | ${row.about} | ${row.fallback ?? ''} |`
  }
  const order = ([a], [b]) =>
    Number(a.startsWith('GATEHOUSE_')) - Number(b.startsWith('GATEHOUSE_')) || (a < b ? -1 : 1)
  return `| setting | read by | what it is | default |\n|---|---|---|---|\n${[...rows].sort(order).map(line).join('\n')}\n`
}

/** A sentence for each optional setting that packages/config does not list, or lists although no app reads it. */
export async function unlistedNames() {
  const { gatehouseNames } = await import('@gatehouse/config')
  const loaded = await Promise.all(apps.map(([, load]) => load()))
  const read = new Set(
    loaded.flatMap(({ settings }) => Object.keys(settings)).filter((name) => name.startsWith('GATEHOUSE_')),
  )
  const missing = [...read]
    .filter((name) => !gatehouseNames.includes(name))
    .map((name) => `packages/config/src/names.ts lacks ${name}`)
  const left = gatehouseNames
    .filter((name) => !read.has(name))
    .map((name) => `packages/config/src/names.ts names ${name}, which no app reads`)
  return [...missing, ...left]
}
