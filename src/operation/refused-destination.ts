import type { Change } from './operation.ts'

/**
 * Audits a URL that is not saved because of where it points to. Only its scheme and host are kept: the rest may be a
 * secret. A text that is no URL points nowhere and leaves no entry.
 */
export const auditRefusedDestination = (change: Change, url: string, problem: string) => {
  const parsed = URL.parse(url)
  return change(
    () => {},
    () =>
      parsed === null || parsed.host === ''
        ? undefined
        : { action: 'destination.refused', target: `${parsed.protocol}//${parsed.host}: ${problem}` },
  )
}
