import { openDatabase } from '../../src/storage/database.ts'
import { sealAnew } from '../../src/storage/seal-anew.ts'

/** Puts another secret in the place of one that is lost: what was sealed under that one stays closed. */
export const loseSecret = (path: string, secret: string) => {
  const database = openDatabase(path)
  sealAnew(database, null, secret, function* () {})
  database.close()
}
