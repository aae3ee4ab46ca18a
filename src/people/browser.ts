import Bowser from 'bowser'

/** The browser and the system of a User-Agent, for people: "Firefox on Windows". */
export const browserInWords = (userAgent: string | null): string => {
  if (!userAgent) return 'Unknown browser'
  const { browser, os } = Bowser.parse(userAgent)
  return browser.name && os.name ? `${browser.name} on ${os.name}` : 'Unknown browser'
}
