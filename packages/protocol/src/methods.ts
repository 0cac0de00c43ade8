// What we know of methods: where their name stands, and which of them the modern era retired.

/** The member of `params` that `Mcp-Name` mirrors. */
export type NameMember = 'name' | 'uri' | 'taskId'

const nameMembers = new Map<string, NameMember>([
  ['tools/call', 'name'],
  ['prompts/get', 'name'],
  ['resources/read', 'uri'],
  ['tasks/get', 'taskId'],
  ['tasks/update', 'taskId'],
  ['tasks/cancel', 'taskId'],
])

/** Undefined for methods that name nothing. */
export const nameMemberOf = (method: string): NameMember | undefined => nameMembers.get(method)
