interface Shortcut {
  /** The key after `g`. */
  key: string
  title: string
  /** Below the agency that one looks at, or below `/admin`. */
  path: string
}

/** Where `g` and a key lead within an agency. */
export const agencyShortcuts: readonly Shortcut[] = [
  { key: 'o', title: 'Overview', path: '' },
  { key: 'c', title: 'Calls', path: '/calls' },
  { key: 'u', title: 'Usage', path: '/usage' },
  { key: 'a', title: 'Agents', path: '/agents' },
  { key: 'i', title: 'Integrations', path: '/integrations' },
  { key: 'k', title: 'API & Webhooks', path: '/integrations/api' },
  { key: 'r', title: 'Rules', path: '/rules' },
  { key: 'd', title: 'Do not call', path: '/do-not-call' },
  { key: 'l', title: 'Audit log', path: '/audit' },
]

/** Where they lead from everywhere. */
export const gateShortcuts: readonly Shortcut[] = [
  { key: 'h', title: 'Home', path: '' },
  { key: 'g', title: 'Agencies', path: '/agencies' },
  { key: 'n', title: 'Alerts', path: '/alerts' },
  { key: 'y', title: 'Your account', path: '/account' },
]
