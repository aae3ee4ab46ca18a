export const eventNames = ['call_started', 'call_ended', 'test'] as const
export const deliveryStates = ['pending', 'delivered', 'dead'] as const
