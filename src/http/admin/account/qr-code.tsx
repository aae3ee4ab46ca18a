import { encode } from 'uqr'

/** ISO/IEC 18004 §6.3.8: four light modules around the symbol. */
const quietZone = 4

/**
 * The QR code of a secret, dark on light in every colour scheme: not all scanners read inverted codes.
 */
export const QrCode = ({ text, label }: { text: string; label: string }) => {
  const { data, size } = encode(text, { border: quietZone })
  const dark = data.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : [])))
  return (
    <svg class="qr-code" role="img" aria-label={label} data-secret viewBox={`0 0 ${size} ${size}`}>
      <path class="light" d={`M0 0h${size}v${size}h-${size}z`} />
      <path class="dark" d={dark.join('')} />
    </svg>
  )
}
