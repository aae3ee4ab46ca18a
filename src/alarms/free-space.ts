/** Free space on the disk of the data directory below which operators should act. */
export const scarceBytes = 1e9
/** Free space below which triggers will soon fail. */
export const desperateBytes = 100e6
