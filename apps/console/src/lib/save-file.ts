// Hands a file to the browser, which keeps it where it keeps downloads.

/** @param name as it is proposed to the person */
export function saveFile(content: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(content)
  link.download = name
  link.click()
  URL.revokeObjectURL(link.href)
}
