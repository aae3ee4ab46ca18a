/** E.164: a plus and at most 15 digits, the first not 0; the shortest numbers in use have 7. */
export const phoneNumberPattern = /^\+[1-9]\d{6,14}$/
