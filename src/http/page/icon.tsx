import alert from '@primer/octicons/build/svg/alert-16.svg' with { type: 'text' }
import bell from '@primer/octicons/build/svg/bell-16.svg' with { type: 'text' }
import book from '@primer/octicons/build/svg/book-16.svg' with { type: 'text' }
import chevronDown from '@primer/octicons/build/svg/chevron-down-16.svg' with { type: 'text' }
import copy from '@primer/octicons/build/svg/copy-16.svg' with { type: 'text' }
import deviceMobile from '@primer/octicons/build/svg/device-mobile-16.svg' with { type: 'text' }
import graph from '@primer/octicons/build/svg/graph-16.svg' with { type: 'text' }
import home from '@primer/octicons/build/svg/home-16.svg' with { type: 'text' }
import hubot from '@primer/octicons/build/svg/hubot-16.svg' with { type: 'text' }
import key from '@primer/octicons/build/svg/key-16.svg' with { type: 'text' }
import log from '@primer/octicons/build/svg/log-16.svg' with { type: 'text' }
import noEntry from '@primer/octicons/build/svg/no-entry-16.svg' with { type: 'text' }
import organization from '@primer/octicons/build/svg/organization-16.svg' with { type: 'text' }
import people from '@primer/octicons/build/svg/people-16.svg' with { type: 'text' }
import person from '@primer/octicons/build/svg/person-16.svg' with { type: 'text' }
import plug from '@primer/octicons/build/svg/plug-16.svg' with { type: 'text' }
import shieldCheck from '@primer/octicons/build/svg/shield-check-16.svg' with { type: 'text' }
import signOut from '@primer/octicons/build/svg/sign-out-16.svg' with { type: 'text' }
import threeBars from '@primer/octicons/build/svg/three-bars-16.svg' with { type: 'text' }

/** The icons of GitHub's Octicons (MIT) that pages show, by what they stand for here. */
const drawings = {
  account: person,
  agencies: organization,
  agents: hubot,
  alarm: alert,
  alerts: bell,
  audit: log,
  calls: deviceMobile,
  docs: book,
  'do-not-call': noEntry,
  integrations: plug,
  menu: threeBars,
  more: chevronDown,
  overview: home,
  people,
  rules: shieldCheck,
  'sign-out': signOut,
  tokens: key,
  usage: graph,
} as const

export type IconName = keyof typeof drawings

export const iconNames = Object.keys(drawings) as IconName[]

/** An icon beside its words, 16 px, in their colour. Its drawing is in the style sheet, which browsers keep. */
export const Icon = ({ name }: { name: IconName }) => <span class={`icon icon-${name}`} aria-hidden="true" />

/** The rules of the style sheet that draw the icons. */
export const iconStyles = Object.entries(drawings)
  .map(([name, svg]) => `.icon-${name}{--drawing:url("${dataUrlOf(svg)}")}`)
  .concat(`.copy{--drawing:url("${dataUrlOf(copy)}")}`)
  .join('\n')

/** A drawing as a data URL (RFC 2397) inside double quotes of a style sheet. */
export function dataUrlOf(svg: string) {
  const text = svg.trim().replaceAll('"', "'").replaceAll('#', '%23')
  return `data:image/svg+xml,${text.replaceAll('<', '%3C').replaceAll('>', '%3E')}`
}
