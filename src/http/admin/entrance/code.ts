import type { ApiError } from '../../../failures.ts'
import type { FieldProblem } from '../../../field-problem.ts'

/**
 * The code in what somebody pastes: a link, whose code follows the # (in links of earlier versions, `?token=`), or the
 * code alone. Browsers send nothing behind the # to a server, so no log of a proxy holds it.
 */
export const codeIn = (pasted: string) => pasted.trim().split(/[#=]/).at(-1) ?? ''

/** The error of a pasted link, next to its field. */
export const wrongCode = ({ message }: ApiError): FieldProblem => ({ sentence: message, field: 'token' })
