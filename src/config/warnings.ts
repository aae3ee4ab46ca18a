import type { Config } from '../config.ts'

/** A setting that works and should not stay as it is, as a sentence that says what to do. */
export interface ConfigWarning {
  name: string
  says: string
}

export const configWarnings = ({ allowPrivateDestinations }: Config): ConfigWarning[] =>
  allowPrivateDestinations === true
    ? [
        {
          name: 'CALLGATE_ALLOW_PRIVATE_DESTINATIONS',
          says: 'every agency can send requests to this machine and to all its private networks, over plain http too. Name the networks and hosts that they need, for example 10.0.0.0/8,hooks.lan:8443.',
        },
      ]
    : []
