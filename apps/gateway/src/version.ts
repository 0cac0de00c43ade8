// The version that /version and server information name.

export const version = '0.1.0'
