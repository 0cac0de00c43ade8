// The guards whose loss the tests must notice. `find` stands exactly once in `file`; without it the test named `noticedBy`,
// one of `tests`, fails.

const registry = 'registry on PostgreSQL'

export const mutations = [
  {
    name: 'header injection disabled',
    file: 'apps/gateway/src/mcp/transparent/request-headers.ts',
    find: 'for (const [name, value] of options.stored) out.push(name, value)',
    replace: '',
    project: 'e2e',
    tests: ['e2e/system/transparent.test.ts'],
    noticedBy:
      "the stored header reaches the upstream; the caller's own credentials don't, and nothing of it comes back",
  },
  {
    name: 'audit write of creating a server disabled',
    file: 'apps/registry/src/servers/create-server.ts',
    find: 'await audit(tx',
    replace: 'if (workspaceId === "") await audit(tx',
    project: registry,
    tests: ['apps/registry/src/servers'],
    noticedBy: 'every change is in the audit trail, once, in order, and the chain verifies',
  },
  {
    name: 'audit write of creating a key disabled',
    file: 'apps/registry/src/api-keys/create-key.ts',
    find: 'await audit(tx',
    replace: 'if (actor.workspaceId === "") await audit(tx',
    project: registry,
    tests: ['apps/registry/src/api-keys'],
    noticedBy: 'is audited in the same transaction, without the key',
  },
  {
    name: 'workspace filter of the transaction helper removed',
    file: 'apps/registry/src/db.ts',
    find: "set_config('role',",
    replace: "set_config('app.role',",
    project: registry,
    tests: ['apps/registry/src/db.test.ts'],
    noticedBy: 'mcp_server: a query without any filter sees its own rows only',
  },
  {
    name: 'workspace filter of resolving removed',
    file: 'apps/registry/src/internal/resolve.ts',
    find: 'workspaceId: key.workspaceId,',
    replace: '',
    project: registry,
    tests: ['apps/registry/src/internal'],
    noticedBy: 'who has the key, and the enabled servers of that workspace by slug',
  },
  {
    name: 'waiting for gateways on DELETE removed',
    file: 'apps/registry/src/servers/delete-server.ts',
    find: 'await deps.changes.settled(revision)',
    replace: '',
    project: registry,
    tests: ['apps/registry/src/servers'],
    noticedBy: 'is answered only when every connected gateway has acknowledged, a repeat too',
  },
]
