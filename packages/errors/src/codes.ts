// The code table: every error that a person or a program can meet, one row each. docs/errors/ is made from it, the
// registry serves those pages at /errors/{code}, and `type` of an ErrorResponse points there.

/** One row: the HTTP status that goes with the code, what to do, what happened, and (for MCP) the JSON-RPC code. */
export interface CodeRow {
  readonly status: number
  /** The next step, in the imperative; first half of `detail`. */
  readonly todo: string
  /** What happened; second half of `detail` where the thrower gives nothing more exact. */
  readonly what: string
  /** JSON-RPC error code on the gateway's /mcp/ addresses, where it has one. */
  readonly rpc?: number
}

const row = (status: number, todo: string, what: string, rpc?: number): CodeRow =>
  rpc === undefined ? { status, todo, what } : { status, todo, what, rpc }

export const codes = {
  // Documented by the published contract.
  missing_required_field: row(400, 'Send every required field', 'a required field is missing'),
  invalid_request_body: row(
    400,
    'Provide a valid JSON request body matching the documented schema',
    'the body does not match it',
  ),
  agent_not_found: row(
    404,
    'Verify the agent ID and that the calling identity has access',
    'agent not found',
  ),
  upstream_auth_failed: row(
    502,
    'Renew the stored credential or connect an account',
    'the MCP server refused the credential',
    1010,
  ),

  // Requests to the registry.
  invalid_parameter: row(400, 'Correct the named parameter', 'a parameter has a value that is not allowed'),
  ambiguous_credentials: row(400, 'Send one credential only', 'the request carries more than one'),
  not_found: row(404, 'Check the address and the method', 'nothing is served at this address'),
  mcp_server_not_found: row(
    404,
    'Verify the server ID and that the calling identity has access',
    'MCP server not found',
  ),
  api_key_not_found: row(
    404,
    'Verify the key ID and that the calling identity has access',
    'API key not found',
  ),
  session_required: row(
    403,
    'Sign in at the console; programs call gateways with their API key',
    'this is for people who are signed in',
  ),
  call_not_found: row(
    404,
    'Verify the call ID; records are kept for a limited time',
    'call record not found',
  ),
  captured_call_not_found: row(
    404,
    "Look at the call's age: headers and bodies are kept for a limited time, and only of calls that were captured",
    'nothing of what the call said is kept',
  ),
  method_not_allowed: row(
    405,
    'Use one of the methods in the Allow header',
    'the address does not take this method',
  ),
  slug_taken: row(409, 'Choose another slug; slugs are never reused', 'the slug is or was in use'),
  version_conflict: row(412, 'Read the object again and repeat the change', 'it was changed in the meantime'),
  idempotency_conflict: row(
    409,
    'Use a new Idempotency-Key for a new request',
    'the key was used for another body',
  ),
  import_invalid: row(
    422,
    'Correct the file, or export it again; nothing was imported',
    'it is no export that can be read',
  ),
  import_conflict: row(
    409,
    'Change what is in the way, or import everything else; nothing was imported',
    'servers of the file are in conflict with the workspace',
  ),
  payload_too_large: row(413, 'Send a smaller body', 'the body is over the limit'),
  unsupported_media_type: row(
    415,
    'Send Content-Type: application/json',
    'the body is of another media type',
  ),
  misdirected_request: row(421, 'Use the configured public address', 'the Host header names another host'),
  origin_forbidden: row(
    403,
    'Allow this origin by GATEHOUSE_ALLOWED_ORIGINS',
    'the Origin header is not allowed',
  ),
  url_not_allowed: row(
    422,
    'Use an https URL of a public host, or have the operator allow it',
    'the URL is not allowed',
  ),
  immutable_field: row(
    422,
    'Leave the field out, or register another server',
    'the field can not be changed',
  ),
  conflicting_auth: row(422, 'Send either headers or OAuth settings', 'both were given'),
  invalid_header: row(422, 'Correct or remove the named header', 'this header can not be stored'),
  masked_header_value: row(
    422,
    'Send the real value, or leave headers out to keep them',
    "the value '***' is a mask",
  ),
  rate_limited: row(429, 'Wait for the time in Retry-After', 'too many requests', 1002),
  internal_error: row(
    500,
    'Try again; if it persists, report the request id to the operator',
    'an unexpected failure',
    -32603,
  ),
  upstream_unreachable: row(
    502,
    'Check that the MCP server runs and that its URL is right',
    'it could not be reached',
    1003,
  ),
  upstream_invalid: row(
    502,
    'Check that the URL is an MCP endpoint',
    'the server did not answer as an MCP server',
    1003,
  ),
  http_sse_only: row(
    502,
    'Use its address for Streamable HTTP, or serve it over that',
    'the server speaks only HTTP+SSE, the transport that was replaced in 2025',
  ),
  upstream_timeout: row(
    504,
    'Try again, or raise the time-out of this server',
    'the MCP server did not answer in time',
    1004,
  ),
  database_unavailable: row(503, 'Try again in a moment', 'the database can not be reached'),
  revocation_pending: row(
    503,
    'Repeat the request to wait',
    'it is done, but a gateway has not confirmed it yet',
  ),
  credential_unreadable: row(
    500,
    'Set the credential of this server again',
    'the stored credential does not open with the current keys',
    1010,
  ),

  // Connections to servers that want OAuth.
  connection_required: row(
    403,
    'Connect your account to this server, then repeat the call',
    'the MCP server wants an account and none is connected',
    1011,
  ),
  connection_not_found: row(
    404,
    'Verify the connection ID and that the calling identity has access',
    'connection not found',
  ),
  oauth_state_unknown: row(
    400,
    'Start connecting again, in this browser',
    'the answer belongs to no connection that this session has begun, or came too late',
  ),
  oauth_denied: row(
    400,
    'Start connecting again and allow the access',
    'the authorization server was told not to allow it',
  ),
  oauth_failed: row(
    400,
    'Start connecting again; if it persists, ask the operator of the authorization server',
    'the authorization server did not give a token',
  ),
  oauth_discovery_failed: row(
    502,
    'Ask the operator of the MCP server',
    'its authorization server can not be used',
  ),
  oauth_registration_failed: row(
    502,
    'Register a client at the authorization server by hand and enter its id',
    'the authorization server did not register us',
  ),
  oauth_provider_not_found: row(
    404,
    'Verify the provider ID and that the calling identity has access',
    'OAuth provider not found',
  ),
  auth_session_not_found: row(
    404,
    'Verify the ID of the auth session, or begin another one',
    'auth session not found',
  ),
  connect_link_not_found: row(
    404,
    'Start connecting again, signed in as the person who began it',
    'the link is unknown, used, expired or meant for another person',
  ),
  client_registration_required: row(
    422,
    'Register a client at the authorization server by hand and enter its id',
    'the authorization server registers no clients by itself',
  ),
  upstream_auth_unavailable: row(
    503,
    'Try again after the time in Retry-After',
    'the authorization server of the MCP server can not renew the token just now',
    1010,
  ),

  // Sign-in.
  link_invalid: row(410, 'Ask for a new link', 'the link is unknown, used or expired'),
  weak_password: row(422, 'Choose a password of at least 12 characters', 'the password is too short'),
  sign_in_required: row(422, 'Sign in, or choose an account to make', 'nobody is signed in'),
  email_taken: row(
    409,
    'Sign in with that account, or use another e-mail address',
    'it belongs to an account',
  ),
  sign_in_failed: row(401, 'Check e-mail and password', 'they do not match an account'),

  // Members and invitations.
  member_not_found: row(404, 'Verify the ID of the person', 'they are no member of this workspace'),
  owners_only: row(
    403,
    'Ask an owner of the workspace',
    'owners are made, changed and removed by owners only',
  ),
  last_owner: row(409, 'Make somebody else an owner first', 'a workspace keeps its last owner'),
  member_elsewhere: row(
    409,
    'Have the person sign in, or the operator of this installation help',
    'they are a member of other workspaces too',
  ),
  invitation_not_found: row(404, 'Invite the person again', 'it was used, withdrawn or has expired'),
  already_member: row(409, 'Go to the workspace', 'you are a member of it already'),

  // The gateway's /mcp/ addresses.
  account_not_permitted: row(
    403,
    'Ask the operator of the MCP server which rights your account needs there',
    'the MCP server refuses this to the account, also after it was connected anew',
    1012,
  ),
  unsupported_accept: row(
    400,
    'Send Accept: application/json, text/event-stream',
    'the Accept header must name both media types',
    -32600,
  ),
  parse_error: row(
    400,
    'Send one JSON-RPC message as valid UTF-8 JSON',
    'the body is not valid JSON',
    -32700,
  ),
  invalid_message: row(400, 'Send a JSON-RPC 2.0 message', 'the body is not one', -32600),
  invalid_params: row(400, 'Correct the params', 'the params of the request are not valid', -32602),
  header_mismatch: row(
    400,
    'Make headers and body agree',
    'a header is missing, malformed or says something else',
    -32020,
  ),
  missing_capability: row(
    400,
    'Declare the capability',
    'the client does not declare a required capability',
    -32021,
  ),
  unsupported_version: row(
    400,
    'Use a protocol version that both sides support',
    'the protocol version is not supported',
    -32022,
  ),
  method_not_found: row(
    404,
    'Use a method of this protocol revision',
    'the method is unknown or retired',
    -32601,
  ),
  unknown_tool: row(200, 'List the tools and use one of them', 'Unknown tool', -32602),
  unknown_prompt: row(200, 'List the prompts and use one of them', 'Unknown prompt', -32602),
  unknown_resource: row(200, 'List the resources and use one of them', 'Resource not found', -32602),
  session_not_found: row(404, 'Start a new session with initialize', 'Session not found', 1007),
  ask_again: row(
    410,
    'Send the request again without requestState',
    'the call that waited for these answers has ended',
    1008,
  ),
  denied: row(403, 'Ask an administrator of the workspace for access', 'the caller may not do this', 1001),
  overloaded: row(
    503,
    'Try again after the time in Retry-After',
    'the limit of concurrent calls is reached',
    1002,
  ),
  registry_unreachable: row(
    503,
    'Try again after the time in Retry-After',
    'the registry can not be reached',
    1005,
  ),
  loop_detected: row(
    508,
    'Do not register a gateway as its own server',
    'the request came from this gateway',
    1006,
  ),
  era_mismatch: row(
    502,
    'Use a client of the same protocol era as the server',
    'the server speaks another protocol era than the client',
    1003,
  ),
} as const satisfies Record<string, CodeRow>

export type Code = keyof typeof codes
