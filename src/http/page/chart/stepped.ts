/**
 * The path of a line with one step per column, each one unit wide; an undefined level is a gap. Equal neighbours share one
 * stroke, so that a quiet month costs few bytes.
 */
export const steppedLine = (levels: (number | undefined)[]): string => {
  let path = ''
  let last: number | undefined
  for (const [at, level] of levels.entries()) {
    if (level !== undefined && last === undefined) path += `M${at} ${level}`
    else if (level !== undefined && level !== last) path += `H${at}V${level}`
    else if (level === undefined && last !== undefined) path += `H${at}`
    last = level
  }
  return last === undefined ? path : `${path}H${levels.length}`
}
