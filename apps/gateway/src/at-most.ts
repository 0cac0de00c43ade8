// The bound of a cache that may hold many entries, and mostly holds few.

/**
 * Of an LRUCache, in place of `max`: that asks for memory for all entries at once, which the garbage collector walks through each
 * time. This one takes memory as it fills.
 */
export const atMost = (entries: number) => ({ maxSize: entries, sizeCalculation: () => 1 }) as const
