import { setupMinutes } from '../people/setup.ts'

/** What a person at a terminal must not overlook at the first start: how to get in, and until when. */
export const setupBanner = (link: string, now: number) => {
  const until = new Date(now + setupMinutes * 60_000).toLocaleTimeString('en', {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
  })
  const line = '─'.repeat(72)
  return `
${line}
  Set up callgate: open this link in a browser to create your account.

  ${link}

  It works once, until ${until} (${setupMinutes} minutes).
  For a new link, run "callgate person setup".
${line}

`
}
