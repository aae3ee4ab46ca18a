/** A line of a CSV file (RFC 4180), its end included. */
export const csvLine = (cells: readonly string[]) => `${cells.map(csvCell).join(',')}\r\n`

/** What a spreadsheet would run as a formula is shown as text, after an apostrophe (OWASP, CSV injection). */
const csvCell = (text: string) => {
  const inert = /^[=+\-@\t\r\n]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert
}
