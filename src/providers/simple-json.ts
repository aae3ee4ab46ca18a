/**
 * Four hours of talk, word by word with its times, have 80,000 objects; short lines alone, 120,000. JavaScriptCore writes JSON
 * that is nested in a time that grows with the square of its depth, and each name that it has not met costs it a microsecond.
 */
const most = { opened: 250_000, commas: 500_000, names: 10_000, depth: 2000 }

const [quote, comma, colon, backslash] = [34, 44, 58, 92]
const [openingBracket, closingBracket, openingBrace, closingBrace] = [91, 93, 123, 125]
const nameSlots = 1 << 16
/** Other than those who make up names can know. */
const factor = crypto.getRandomValues(new Uint32Array(1))[0] ?? 1

/**
 * False for JSON of more parts than any report has: four megabytes of nothing but brackets or members would hold up the event
 * loop for up to a second. What is no JSON may be either.
 */
export const isSimple = (json: Uint8Array): boolean => {
  const known = new Uint8Array(nameSlots)
  let [opened, commas, names, depth, hash] = [0, 0, 0, 0, 0]
  // By index, which is four times as fast as by iterator.
  for (let at = 0; at < json.byteLength; at++) {
    const byte = json[at]
    if (byte === quote) {
      hash = 0
      for (at++; at < json.byteLength && json[at] !== quote; at++) {
        if (json[at] === backslash) at++
        hash = Math.imul(hash ^ (json[at] ?? 0), factor | 1)
      }
    } else if (byte === colon) {
      const slot = (hash >>> 8) % nameSlots
      names += 1 - (known[slot] ?? 0)
      known[slot] = 1
    } else if (byte === comma) commas++
    else if (byte === openingBrace || byte === openingBracket) {
      opened++
      depth++
    } else if (byte === closingBrace || byte === closingBracket) depth--
    if (depth > most.depth || names > most.names || opened > most.opened || commas > most.commas) return false
  }
  return true
}
