// Where signing in leads back to.

/** A page of our own, else the start. No second slash and no backslash, which browsers read as one, can name another host. */
export const safeNext = (next: string | null): string =>
  next !== null && /^\/[\w-]+(?:[/?][\w/?=&%.,~+:-]*)?$/.test(next) ? next : '/'
