// How often the long tests repeat: `npm run test:long -- --rounds 20`.

/** 1, 2, … */
export const rounds = Array.from({ length: Number(process.env.LONG_ROUNDS ?? 5) }, (_, index) => index + 1)
