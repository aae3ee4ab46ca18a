/** A line of a CSV file (RFC 4180), with its line end. */
export const csvLine = (cells: readonly string[]) => `${cells.map(csvCell).join(',')}\r\n`

/** A possible formula gets an apostrophe, so that spreadsheets show it as text (OWASP, CSV injection). */
const csvCell = (text: string) => {
  const inert = /^[=+\-@\t\r\n]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert
}
