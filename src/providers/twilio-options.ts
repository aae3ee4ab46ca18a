import { flag, oneOf, whole, words } from './option-forms.ts'
import type { ProviderOption } from './options.ts'

/** Twilio: create a call. The parameters of an order that an agent or a call may set. */
export const twilioOptions: readonly ProviderOption[] = [
  flag({ name: 'Record', description: 'Records the call.' }),
  oneOf(
    { name: 'RecordingChannels', description: 'Both sides in one channel, or one each.' },
    'mono',
    'dual',
  ),
  whole({ name: 'Timeout', description: 'How many seconds it rings. Twilio’s default is 60.' }, 1, 600),
  oneOf(
    {
      name: 'MachineDetection',
      description: 'Detects an answering machine before the call goes on; Twilio charges for it.',
    },
    'Enable',
    'DetectMessageEnd',
  ),
  whole(
    {
      name: 'MachineDetectionTimeout',
      description: 'How many seconds the detection can take. Twilio’s default is 30.',
    },
    3,
    59,
  ),
  words({ name: 'SendDigits', description: 'Keys to press once somebody answers.' }, 32, 'ww1234'),
  words({ name: 'CallReason', description: 'Shown by branded calling.' }, 50, 'Your appointment'),
]
