export { missingMediaTypes } from './accept.ts'
export { classify, compareHeaders, type HeaderMap } from './classify.ts'
export { type Envelope, readEnvelope } from './envelope.ts'
export {
  decodeHeaderText,
  encodeHeaderText,
  metaClientCapabilities,
  metaClientInfo,
  metaServerInfo,
  metaVersion,
  methodHeader,
  nameHeader,
  paramHeaderPrefix,
  protocolVersionHeader,
  sessionHeader,
  trimHeader,
} from './headers.ts'
export { InvalidMessage, type RpcId } from './invalid-message.ts'
export type { Range } from './members.ts'
export type { Claim } from './meta.ts'
export { type NameMember, nameMemberOf } from './methods.ts'
export { exposedUri, type OwnUri, ownUri } from './resource-uris.ts'
export { type Era, isModern, legacyRevisions, modernRevisions } from './revisions.ts'
export { exposedName, ownName, slugOf } from './tool-names.ts'
