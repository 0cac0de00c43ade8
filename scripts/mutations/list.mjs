// The guards whose loss the tests must notice. `find` stands exactly once in `file`; `tests` are red without it.

const registry = 'registry on PostgreSQL'

export const mutations = [
  {
    name: 'header injection disabled',
    file: 'apps/gateway/src/mcp/transparent/request-headers.ts',
    find: 'for (const [name, value] of options.stored) out.push(name, value)',
    replace: '',
    project: 'e2e',
    tests: ['e2e/system/transparent.test.ts'],
  },
  {
    name: 'audit write of creating a server disabled',
    file: 'apps/registry/src/servers/create-server.ts',
    find: 'await audit(tx',
    replace: 'if (workspaceId === "") await audit(tx',
    project: registry,
    tests: ['apps/registry/src/servers'],
  },
  {
    name: 'audit write of creating a key disabled',
    file: 'apps/registry/src/api-keys/create-key.ts',
    find: 'await audit(tx',
    replace: 'if (actor.workspaceId === "") await audit(tx',
    project: registry,
    tests: ['apps/registry/src/api-keys'],
  },
  {
    name: 'workspace filter of the transaction helper removed',
    file: 'apps/registry/src/db.ts',
    find: "set_config('role',",
    replace: "set_config('app.role',",
    project: registry,
    tests: ['apps/registry/src/db.test.ts'],
  },
  {
    name: 'workspace filter of resolving removed',
    file: 'apps/registry/src/internal/resolve.ts',
    find: 'workspaceId: key.workspaceId,',
    replace: '',
    project: registry,
    tests: ['apps/registry/src/internal'],
  },
  {
    name: 'waiting for gateways on DELETE removed',
    file: 'apps/registry/src/servers/delete-server.ts',
    find: 'await deps.changes.settled(revision)',
    replace: '',
    project: registry,
    tests: ['apps/registry/src/servers'],
  },
]
