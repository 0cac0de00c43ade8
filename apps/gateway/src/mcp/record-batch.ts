// Call records on their way to the registry: texts written one after the other into memory that was there before.

const maxRecords = 2_000
const maxBytes = 1024 * 1024
const head = Buffer.from('{"records":[')
const tail = Buffer.from(']}')
const comma = 0x2c

/** The body of one POST. */
export class RecordBatch {
  readonly #bytes = Buffer.allocUnsafeSlow(maxBytes)
  #end = 0
  #count = 0

  get count(): number {
    return this.#count
  }

  /** False where it is full: then the text is not in it. */
  add(text: string): boolean {
    // A character takes at most three bytes.
    if (this.#count === maxRecords || this.#end + 3 * text.length + 16 > maxBytes) return false
    if (this.#count === 0) this.#end = head.copy(this.#bytes)
    else this.#end = this.#bytes.writeUInt8(comma, this.#end)
    this.#end += this.#bytes.write(text, this.#end)
    this.#count += 1
    return true
  }

  /** The whole body; good until the next clear. */
  body(): Buffer {
    return this.#bytes.subarray(0, this.#end + tail.copy(this.#bytes, this.#end))
  }

  clear(): void {
    this.#end = 0
    this.#count = 0
  }
}
