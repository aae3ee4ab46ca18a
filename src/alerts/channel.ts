/** The ways on which operators are told of alerts, besides the dashboard. */
export const alertChannels = ['webhook', 'mail'] as const
export type AlertChannel = (typeof alertChannels)[number]
