// A value that must never be printed. Every way of turning it into text gives ***.

import { inspect } from 'node:util'

export class Secret<T = string> {
  readonly #value: T

  constructor(value: T) {
    this.#value = value
  }

  /** The value itself: call it where it is used, and keep the result no longer than that. */
  reveal(): T {
    return this.#value
  }

  toString(): string {
    return '***'
  }

  toJSON(): string {
    return '***'
  }

  [inspect.custom](): string {
    return '***'
  }
}
